import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { metricsTextfile } from "../../../lib/adapters/local/metrics-textfile.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "textfile-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function observer(failed: string[] = []) {
  return metricsTextfile({
    path: join(folder, "gate.prom"),
    labels: { env: "prod" },
    run: "r-1",
    command: "run",
    version: "1.0.0",
    now: () => 0,
    failed: (reason) => failed.push(reason),
  });
}

it("leaves alone what links lead to, under its own name and under the draft's", () => {
  const secret = join(folder, "key.pem");
  writeFileSync(secret, "a key", { mode: 0o600 });
  for (const name of ["gate.prom", `gate.prom.${process.pid}.new`]) symlinkSync(secret, join(folder, name));
  const failed: string[] = [];
  observer(failed).entered("Load");
  expect(failed).toEqual([]);
  expect(readFileSync(secret, "utf8")).toBe("a key");
  expect(statSync(secret).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(folder, "gate.prom"), "utf8")).toContain('schema_gate_run_state{env="prod",state="Load"} 1');
});

it("leaves no draft behind where it cannot be written", () => {
  const failed: string[] = [];
  rmSync(folder, { recursive: true });
  const gone = observer(failed);
  gone.entered("Load");
  gone.entered("Lint");
  expect(failed).toEqual(["ENOENT"]);
  expect(existsSync(folder)).toBe(false);
});

it("holds tenants, groups and labels of any spelling to one line each", () => {
  const one = metricsTextfile({
    path: join(folder, "gate.prom"),
    labels: { env: 'a"} 1\nevil_total 2\\' },
    run: 'r"\n# TYPE x counter',
    command: "run",
    version: "1.0.0",
    now: () => 0,
    failed: (reason) => expect.unreachable(reason),
  });
  one.emit({ type: "tenant", phase: "Migrate", tenant: 'x"\nevil 1', status: "migrated", ms: 1, findings: [] });
  one.entered("Migrate");
  const lines = readFileSync(join(folder, "gate.prom"), "utf8").trimEnd().split("\n");
  const LINE =
    /^(# (HELP|TYPE) schema_gate_\w+ .+|schema_gate_\w+\{\w+="(?:[^"\\\n]|\\["\\n])*"(,\w+="(?:[^"\\\n]|\\["\\n])*")*\} [\d.]+)$/;
  expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
  expect(readdirSync(folder)).toEqual(["gate.prom"]);
});
