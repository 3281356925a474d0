import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The folder in which this machine keeps its runs, approvals and keys. */
export interface Workspace {
  readonly root: string;
  runFolder(run: string): string;
  readonly approvals: string;
  readonly keys: string;
  readonly locks: string;
  readonly demo: string;
}

export function workspaceIn(directory: string): Workspace {
  const root = join(directory, ".schema-gate");
  mkdirSync(root, { recursive: true });
  return {
    root,
    runFolder: (run) => join(root, "runs", run),
    approvals: join(root, "approvals"),
    keys: join(root, "keys"),
    locks: join(root, "locks"),
    demo: join(root, "demo"),
  };
}
