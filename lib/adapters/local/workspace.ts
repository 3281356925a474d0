import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import {
  type Access,
  holdFolder,
  ignoreInGit,
  makeFolder,
  refuseClosed,
  SHARED,
  shareFolder,
} from "./private-files.js";

/** The folder in which this machine keeps its runs and approvals, and the one outside it that says what to trust there. */
export interface Workspace {
  readonly root: string;
  /** Of every file and folder below. */
  readonly access: Access;
  runFolder(run: string): string;
  readonly approvals: string;
  readonly locks: string;
  readonly demo: string;
  /** Keys, and records of what was written below `root`: kept separately, so that whoever changes a run cannot change what it is checked against. */
  readonly keys: string;
  readonly records: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Opens the workspace of a folder; created if missing. `group` opens it to the members of a group. Throws `UnsafeFileError` for a folder
 * that somebody else could have filled.
 */
export function workspaceIn(directory: string, environment: Environment = process.env, group?: string): Workspace {
  const root = join(directory, ".schema-gate");
  makeFolder(root, { folder: 0o700, file: 0o600 });
  const before = holdFolder(root);
  refuseClosed(root);
  if (group !== undefined) shareFolder(root, group, new Set(["approvals"]));
  const access = holdFolder(root);
  // What this process creates from now on belongs to the group too, and still to nobody else.
  if (access === SHARED) process.umask(0o007);
  ignoreInGit(root, access);
  for (const name of ["runs", "approvals", "locks"])
    if (lstatSync(join(root, name), { throwIfNoEntry: false }) !== undefined) holdFolder(join(root, name));
  const state = stateOf(root, access, environment);
  const mine = createHash("sha256").update(realpathSync(root)).digest("hex").slice(0, 16);
  const keys = join(state, "keys");
  const records = join(state, "records", mine);
  // Each folder on the path is checked: somebody else's folder inside ours is as bad as one in its place.
  for (const folder of [state, keys, dirname(records), records]) {
    makeFolder(folder, access);
    holdFolder(folder);
  }
  if (access !== before) takeAlong(join(stateOf(root, before, environment), "records", mine), records, access);
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

/** What was written here before the folder was shared is given to the group too; the keys stay with their owner. */
function takeAlong(own: string, records: string, { folder, file }: Access): void {
  if (own === records || !existsSync(own)) return;
  for (const entry of readdirSync(own, { recursive: true, withFileTypes: true })) {
    const from = join(entry.parentPath, entry.name);
    const to = join(records, relative(own, from));
    if (entry.isDirectory()) makeFolder(to, { folder, file });
    if (!entry.isFile() || existsSync(to)) continue;
    makeFolder(dirname(to), { folder, file });
    // Not by copyFile, which from libuv 1.51 on (Node 22) gives the copy the group of the source.
    writeFileSync(to, readFileSync(from), { mode: file });
    chmodSync(to, file);
  }
}

/** A group's members have no common home, so what they share is next to the runs, unless the machine names a place. */
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
