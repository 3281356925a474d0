import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type Access, holdFolder, ignoreInGit, makeFolder, SHARED, shareFolder } from "./private-files.js";

/** The folder in which this machine keeps its runs and approvals, and the one outside of it that says what to believe there. */
export interface Workspace {
  readonly root: string;
  /** Of every file and folder below. */
  readonly access: Access;
  runFolder(run: string): string;
  readonly approvals: string;
  readonly locks: string;
  readonly demo: string;
  /** Keys, and what was written below `root`: apart from it, so that whoever changes a run cannot change what it is held against. */
  readonly keys: string;
  readonly records: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the workspace of a folder; made when missing. `group` opens it to the members of a group. Throws
 * `UnsafeFileError` for a folder that somebody else could have filled.
 */
export function workspaceIn(directory: string, environment: Environment = process.env, group?: string): Workspace {
  const root = join(directory, ".schema-gate");
  makeFolder(root, { folder: 0o700, file: 0o600 });
  if (group !== undefined && holdFolder(root) !== SHARED) shareFolder(root, group);
  const access = holdFolder(root);
  // What this process makes from now on is the group's too, and still nobody else's.
  if (access === SHARED) process.umask(0o007);
  ignoreInGit(root, access);
  const state = stateOf(root, access, environment);
  const mine = createHash("sha256").update(realpathSync(root)).digest("hex").slice(0, 16);
  const keys = join(state, "keys");
  const records = join(state, "records", mine);
  // Each on its way is held: a folder of somebody else's inside of ours is as good as one in its place.
  for (const folder of [state, keys, dirname(records), records]) {
    makeFolder(folder, access);
    holdFolder(folder);
  }
  return {
    root,
    access,
    runFolder: (run) => join(root, "runs", run),
    approvals: join(root, "approvals"),
    locks: join(root, "locks"),
    demo: join(root, "demo"),
    keys,
    records,
  };
}

/** A group's members have no home in common, so what they share lies next to the runs, unless the machine names a place. */
function stateOf(root: string, access: Access, environment: Environment): string {
  const named = environment.SCHEMA_GATE_STATE;
  if (named !== undefined && named !== "") return resolve(named);
  return access === SHARED ? join(root, "state") : join(stateHome(environment), "schema-gate");
}

/** Where a user's programs keep what should outlive them (XDG Base Directory Specification). */
function stateHome({ XDG_STATE_HOME, HOME }: Environment): string {
  if (XDG_STATE_HOME?.startsWith("/")) return XDG_STATE_HOME;
  return join(HOME || homedir(), ".local", "state");
}
