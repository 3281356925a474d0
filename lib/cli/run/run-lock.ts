import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../../adapters/local/workspace.js";
import { UnfinishedError } from "../command.js";

/** Holds a run for this process until the returned function is called. Throws when another process works on it. */
export function lockRun(workspace: Workspace, run: string): () => void {
  mkdirSync(workspace.locks, { recursive: true });
  const path = join(workspace.locks, `${run}.lock`);
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx" });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(readFileSync(path, "utf8"));
    if (isAlive(holder)) {
      throw new UnfinishedError(
        `the run ${run} is being worked on by process ${holder}`,
        `schema-gate status ${run}   (or end that process and resume)`,
      );
    }
    // Left by a process that was killed.
    rmSync(path, { force: true });
  }
}

/** The process that works on a run; null when none does. */
export function lockHolder(workspace: Workspace, run: string): number | null {
  const path = join(workspace.locks, `${run}.lock`);
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
  return Number.isInteger(holder) && isAlive(holder) ? holder : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
