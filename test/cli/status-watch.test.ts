import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { schemaGate } from "../support/captured-io.js";

const program = fileURLToPath(new URL("../../dist/bin/schema-gate.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "status-watch-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function begun(): boolean {
  const runs = join(root, ".schema-gate", "runs");
  return existsSync(runs) && readdirSync(runs).some((run) => existsSync(join(runs, run, "request.json")));
}

it("follows a run of another process to its end, with the run's exit code", async () => {
  expect(await schemaGate(root, ["status", "--watch"])).toMatchObject({ code: 2 });
  const demo = spawn(process.execPath, [program, "demo", "--tenants", "3"], { cwd: root, stdio: "ignore" });
  const ended = once(demo, "exit");
  await expect.poll(begun, { timeout: 50_000 }).toBe(true);
  const watched = await schemaGate(root, ["status", "--watch"]);
  expect(await ended).toEqual([0, null]);
  expect(watched).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+: passed\n$/) });
  expect(watched.stderr).toContain("Roll out");
  // Afterwards it answers at once.
  expect(await schemaGate(root, ["status", "--watch"])).toMatchObject({ code: 0, stderr: "" });
});
