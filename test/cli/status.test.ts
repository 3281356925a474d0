import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

const root = mkdtempSync(join(tmpdir(), "status-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("lists a run that cannot be believed next to the others, and says why when asked for it", async () => {
  mkdirSync(join(root, ".schema-gate"), { mode: 0o700 });
  for (const run of ["run-1", "run-2"])
    mkdirSync(join(root, ".schema-gate", "runs", run), { recursive: true, mode: 0o700 });
  writeFileSync(join(root, ".schema-gate", "runs", "run-2", "request.json"), "{}");
  symlinkSync("run-3", join(root, ".schema-gate", "runs", "run-3"));
  expect(await schemaGate(root, ["status"])).toMatchObject({
    code: 0,
    stdout: ["run-3", "run-2", "run-1"].map((run) => `${run}  unreadable  → schema-gate status ${run}\n`).join(""),
  });
  expect(JSON.parse((await schemaGate(root, ["status", "--json"])).stdout)).toMatchObject([
    { run: "run-3", state: "unreadable" },
    { run: "run-2", state: "unreadable" },
    { run: "run-1", state: "unreadable" },
  ]);
  const changed = await schemaGate(root, ["status", "run-2"]);
  expect([changed.code, changed.stderr]).toEqual([3, expect.stringContaining("was not written by this gate")]);
  const empty = await schemaGate(root, ["status", "run-1"]);
  expect([empty.code, empty.stderr]).toEqual([2, expect.stringContaining("ended before it began")]);
});
