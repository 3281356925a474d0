import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder } from "../../adapters/local/private-files.js";
import { isAlive, tryHoldFile } from "../../adapters/local/process-lock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import { UnfinishedError } from "../command.js";

/** Holds a run for this process until the returned function is called. Throws when another process works on it. */
export function lockRun(workspace: Workspace, run: string): () => void {
  makeFolder(workspace.locks, workspace.access);
  const held = tryHoldFile(join(workspace.locks, `${run}.lock`));
  if (typeof held === "function") return held;
  throw new UnfinishedError(
    `the run ${run} is being worked on by process ${held}`,
    `schema-gate status ${run}   (or end that process and resume)`,
  );
}

/** The process that works on a run; null when none does. */
export function lockHolder(workspace: Workspace, run: string): number | null {
  const path = join(workspace.locks, `${run}.lock`);
  const holder = existsSync(path) ? Number(readFileSync(path, "utf8")) : Number.NaN;
  return isAlive(holder) ? holder : null;
}
