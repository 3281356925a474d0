import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../lib/adapters/local/package-root.js";

const TIMES = 15;

/** Prints how long the command line takes to answer, beside `node -e 0` in the same run: medians by the clock. */
it("the command line answers", () => {
  const root = mkdtempSync(join(tmpdir(), "schema-gate-bench-"));
  writeFileSync(
    join(root, "1_notes.sql"),
    "ALTER TABLE app.users ADD COLUMN note text;\nCREATE INDEX n ON app.users (note);\n",
  );
  const program = join(packageRoot(), "dist", "bin", "schema-gate.js");
  const node = median(() => spawnSync(process.execPath, ["-e", "0"], { cwd: root }).status);
  console.log(`node -e 0: ${node.toFixed(0)} ms`);
  for (const line of [
    "--help",
    "--version",
    "lint --fresh 1_notes.sql",
    "lint 1_notes.sql",
    "rules SG010",
    "contract .",
    "status",
  ]) {
    const words = line.split(" ");
    const took = median(() => spawnSync(process.execPath, [program, ...words], { cwd: root }).status);
    console.log(`schema-gate ${line.padEnd(24)} ${took.toFixed(0)} ms, ${(took - node).toFixed(0)} ms more`);
  }
  rmSync(root, { recursive: true, force: true });
}, 600_000);

function median(work: () => number | null): number {
  const times = Array.from({ length: TIMES }, () => {
    const began = performance.now();
    expect([0, 1]).toContain(work());
    return performance.now() - began;
  });
  return times.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? Number.NaN;
}
