import { join } from "node:path";
import { makeFolder } from "../../adapters/local/private-files.js";
import { type Holder, holderOf, holderText, tryHoldFile } from "../../adapters/local/process-lock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import { UnfinishedError } from "../command.js";

/** Holds a run for this process until the returned function is called. Throws if another process works on it. */
export function lockRun(workspace: Workspace, run: string): () => void {
  makeFolder(workspace.locks, workspace.access);
  const path = pathOf(workspace, run);
  const held = tryHoldFile(path);
  if (typeof held === "function") return held;
  throw new UnfinishedError(
    `the run ${run} is being worked on by ${holderText(held)}`,
    `schema-gate status ${run}   (or end that process and resume; if it is gone and is still named, remove ${path})`,
  );
}

/** The process that works on a run; null if none does. */
export function lockHolder(workspace: Workspace, run: string): Holder | null {
  return holderOf(pathOf(workspace, run));
}

function pathOf(workspace: Workspace, run: string): string {
  return join(workspace.locks, `${run}.lock`);
}
