import { execFileSync } from "node:child_process";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  type Stats,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Modes of the files and folders that the gate keeps. */
export interface Access {
  readonly folder: number;
  readonly file: number;
}

/** Only for the owner, whatever the umask. */
export const PRIVATE: Access = { folder: 0o700, file: 0o600 };
/** For a group that the config names in `runs.group`. New files get the folder's group from its setgid bit. */
export const SHARED: Access = { folder: 0o2770, file: 0o660 };

/** A file or folder that somebody else could have written. The message names it, the reason and the way out. */
export class UnsafeFileError extends Error {
  override readonly name = "UnsafeFileError";
}

/** Creates a folder and its missing parents. Never widens an existing one. */
export function makeFolder(path: string, { folder }: Access): void {
  const first = mkdirSync(path, { recursive: true, mode: folder });
  if (first === undefined || folder === PRIVATE.folder) return;
  // The umask removed the group's bits.
  for (let at = path; at.length >= first.length; at = dirname(at)) chmodSync(at, folder);
}

/** Refuses a folder that others could have filled, where others are allowed to read it. */
export function refuseForeign(path: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory() && isOurs(stat) && (stat.mode & 0o022) === 0) return;
  throw new UnsafeFileError(
    `${path} could have been filled by ${ownerName(stat.uid)}; remove it, and it is made again`,
  );
}

/** Whether the modes of a file that others might have touched can be trusted. */
function isOurs(stat: Stats): boolean {
  const uid = process.getuid?.();
  // Root could read and write it anyway.
  return uid === undefined || stat.uid === uid || stat.uid === 0;
}

/**
 * Refuses a folder that is a link or that somebody else owns, and removes others' rights on one that is ours. A folder that was
 * deliberately given to a group (setgid, nothing for others) stays as it is. Returns the access for what is below.
 */
export function holdFolder(path: string): Access {
  const stat = lstatSync(path);
  if (!stat.isDirectory())
    throw new UnsafeFileError(
      `${path} is ${stat.isSymbolicLink() ? "a link" : "no folder"}; remove it, a folder is made in its place`,
    );
  const shared = (stat.mode & 0o7777) === SHARED.folder;
  if (shared && isMember(stat)) return SHARED;
  if (!isOurs(stat))
    throw new UnsafeFileError(
      `${path} belongs to ${ownerName(stat.uid)}, who could change what is decided there; work in a folder of your own, or let its owner set runs.group`,
    );
  if ((stat.mode & 0o7077) !== 0 && stat.uid === process.getuid?.()) chmodSync(path, PRIVATE.folder);
  return PRIVATE;
}

/** Refuses a folder that this user may not look into, such as one that root made. */
export function refuseClosed(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch {
    const { uid } = lstatSync(path);
    throw new UnsafeFileError(
      `${path} belongs to ${ownerName(uid)} and is closed to you; let its owner set runs.group in the config, or work in a folder of your own`,
    );
  }
}

function isMember({ uid, gid }: Stats): boolean {
  return isOurs({ uid } as Stats) || process.getgroups?.().includes(gid) === true;
}

/**
 * Opens a folder of ours to a group, together with everything directly in it that was created only for us before. Throws `UnsafeFileError`
 * for a group that does not exist or that we are not in. `kept`: names whose files stay their owner's to write.
 */
export function shareFolder(path: string, group: string, kept: ReadonlySet<string> = new Set()): void {
  const closed = readdirSync(path)
    .map((name) => join(path, name))
    .filter((entry) => isClosed(lstatSync(entry)));
  if (holdFolder(path) === SHARED && closed.length === 0) return;
  const gid = groupId(group);
  giveFolder(path, gid, group);
  for (const entry of closed) give(entry, gid, group, kept.has(basename(entry)) ? SHARED.file & 0o640 : SHARED.file);
}

/** Ours, and closed to everybody else. A link is neither followed nor given to the group. */
function isClosed(stat: Stats): boolean {
  return stat.uid === process.getuid?.() && !stat.isSymbolicLink() && (stat.mode & 0o070) === 0;
}

function give(path: string, gid: number, group: string, mode: number): void {
  const stat = lstatSync(path);
  if (!isClosed(stat)) return;
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) give(join(path, name), gid, group, mode);
    giveFolder(path, gid, group);
  } else if (stat.isFile()) {
    chownSync(path, -1, gid);
    chmodSync(path, mode);
  }
}

function giveFolder(path: string, gid: number, group: string): void {
  try {
    chownSync(path, -1, gid);
  } catch (error) {
    throw new UnsafeFileError(
      `${path} could not be given to the group ${group}: ${(error as NodeJS.ErrnoException).code}; you must be a member of it`,
    );
  }
  chmodSync(path, SHARED.folder);
}

function groupId(group: string): number {
  if (/^\d+$/.test(group)) return Number(group);
  const gid = lookedUp("group", group)?.[2];
  if (gid === undefined) throw new UnsafeFileError(`there is no group ${group} on this machine; correct runs.group`);
  return Number(gid);
}

/** The login of a user id; the number if the machine knows no name. */
export function ownerName(uid: number): string {
  return lookedUp("passwd", String(uid))?.[0] ?? `user ${uid}`;
}

/** One line of the machine's users or groups, wherever it keeps them. */
function lookedUp(database: "passwd" | "group", key: string): readonly string[] | null {
  try {
    const line = execFileSync("getent", [database, "--", key], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return line.trimEnd().split(":");
  } catch {
    return null;
  }
}

/** Refuses a key that others may read or change, or that is a link: whoever wrote it could sign as us. `access` is what its folder allows. */
export function holdKey(path: string, access: Access = PRIVATE): void {
  const stat = lstatSync(path);
  if (!stat.isFile())
    throw new UnsafeFileError(
      `${path} is ${stat.isSymbolicLink() ? "a link" : "no file"}; a key must be a file of its own. Remove it and a new one is made.`,
    );
  if (process.platform === "win32") return;
  if (access === PRIVATE && !isOurs(stat))
    throw new UnsafeFileError(
      `${path} belongs to ${ownerName(stat.uid)}, who could use it. Remove it and a new one is made.`,
    );
  if ((stat.mode & 0o777 & ~access.file) !== 0)
    throw new UnsafeFileError(
      `${path} can be read by other users, so what it signs would prove nothing. Make a new one: rm ${path}; or, when only you had access, chmod ${access.file.toString(8)} ${path}.`,
    );
}

/** Keeps what is below a folder out of version control. */
export function ignoreInGit(folder: string, access: Access): void {
  const path = join(folder, ".gitignore");
  try {
    // Never through a link that leads to what is not there yet.
    writeFileSync(path, "*\n", { mode: access.file, flag: "wx" });
  } catch (error) {
    // There already, or another process was first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
