import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const RUNS = 5;
const bundle = join(packageRoot(), "dist", "lambda");

/** Milliseconds of processor time to import an entry and to refuse a first event, and the memory of that process in MiB. */
function coldStart(entry: string): { readonly ms: number; readonly mib: number } {
  const address = pathToFileURL(join(bundle, entry)).href;
  const script = `const start = process.cpuUsage();
    const { handler } = await import(${JSON.stringify(address)});
    await handler({}, { getRemainingTimeInMillis: () => 900000 }).catch(() => {});
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    process.stderr.write("\\nMEASURED " + JSON.stringify({ ms, mib: process.memoryUsage().rss / 2 ** 20 }) + "\\n");
    process.exit(0);`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      AWS_REGION: "eu-central-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_MAX_ATTEMPTS: "1",
      AWS_ACCESS_KEY_ID: "none",
      AWS_SECRET_ACCESS_KEY: "none",
      SCHEMA_GATE_BUCKET: "gate",
    },
  });
  const found = /MEASURED (.*)/.exec(stderr)?.[1];
  if (found === undefined) throw new Error(`${entry} did not start: ${stderr}`);
  return JSON.parse(found) as { ms: number; mib: number };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe("cold start of the Lambda handlers", () => {
  execFileSync(process.execPath, ["scripts/bundle-lambda.mjs"], { cwd: packageRoot() });
  const entries = readdirSync(bundle).filter(
    (name) => name.endsWith(".mjs") && !name.startsWith("chunk-") && name !== "task.mjs",
  );

  it("takes less than a second of processor time for each of them", () => {
    const rows = entries.map((entry) => {
      const runs = Array.from({ length: RUNS }, () => coldStart(entry));
      return { entry, ms: median(runs.map((run) => run.ms)), mib: median(runs.map((run) => run.mib)) };
    });
    for (const { entry, ms, mib } of rows)
      process.stdout.write(`${entry.padEnd(24)} ${ms.toFixed(0).padStart(5)} ms ${mib.toFixed(0).padStart(5)} MiB\n`);
    for (const { entry, ms } of rows) expect(ms, entry).toBeLessThan(1000);
  }, 600_000);
});
