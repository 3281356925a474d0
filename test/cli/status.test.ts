import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";
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

const possible = process.getuid?.() === 0 && existsSync("/usr/bin/setpriv");
it.runIf(possible)("says whose folder it is that another user may not look into, as when root made it", () => {
  chmodSync(root, 0o755);
  const program = join(packageRoot(), "dist", "bin", "schema-gate.js");
  const other = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, program, "status"];
  const { status, stderr } = spawnSync("/usr/bin/setpriv", other, { cwd: root, encoding: "utf8", env: { HOME: root } });
  expect([status, stderr]).toEqual([
    3,
    expect.stringMatching(/belongs to root and is closed to you; let its owner set runs\.group/),
  ]);
});
