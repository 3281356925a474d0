import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { artifactsOfRun } from "../../lib/adapters/local/open-run.js";
import { workspaceIn } from "../../lib/adapters/local/workspace.js";
import { artifact } from "../../lib/steps/run/records.js";
import { schemaGate, stateOnly } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "speed-command-"));

async function run(name: string, outcome: unknown): Promise<void> {
  mkdirSync(join(root, ".schema-gate", "runs", name), { recursive: true });
  writeFileSync(join(root, ".schema-gate", "runs", name, "audit.jsonl"), "");
  const artifacts = artifactsOfRun(workspaceIn(root, stateOnly()), name);
  await artifacts.put(artifact.request, { run: name });
  if (outcome !== null) await artifacts.put(artifact.outcome, outcome);
}

beforeAll(async () => {
  await run("2024-ended", { status: "passed", reason: "" });
  await run("2024-working", null);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("speed", () => {
  it.each(["0", "101", "fast", "-5", "12.5"])("refuses %s", async (text) => {
    const { code, stderr } = await schemaGate(root, ["speed", "--", text, "2024-working"]);
    expect(code).toBe(2);
    expect(stderr).toContain(`"${text}" is not a speed: expected a whole number from 1 to 100`);
  });

  it("refuses a run that has ended", async () => {
    const { code, stderr } = await schemaGate(root, ["speed", "50", "2024-ended"]);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("not running: it ended as passed"),
    });
  });

  it("says from when on it holds, and keeps who said it", async () => {
    const { code, stdout } = await schemaGate(root, ["speed", "25%", "2024-working"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "Backfills of 2024-working take 25 % of the time from their next batch on.\n",
    });
    const kept = readFileSync(join(root, ".schema-gate", "runs", "2024-working", "speeds.json"), "utf8");
    expect(JSON.parse(kept)).toMatchObject([{ percent: 25 }]);
  });
});
