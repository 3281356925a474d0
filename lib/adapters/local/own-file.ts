import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { TamperedError } from "../../ports/tampered.js";

/** Opening neither follows a link nor waits for whoever writes into a pipe. */
const OWN = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Flags with which a file of ours is opened for reading, and for appending. */
const TO_READ = constants.O_RDONLY | OWN;
export const TO_APPEND = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | OWN;

/** Something else lies where the gate wrote a file. It could lead elsewhere, never end, or be another thing when it is read again. */
class NotOurFile extends TamperedError {
  constructor(path: string, what: string, made = "file") {
    super(
      `${path} is ${what}, not the ${made} that the gate made there, so the run cannot continue from it; start a new run`,
    );
  }
}

interface Held {
  readonly bytes: Buffer;
  /** Of the file that was read, whatever is in its place by now. */
  readonly uid: number;
  readonly mode: number;
}

/** What a file of ours holds; null when there is none. Throws `TamperedError` for a link, a pipe, a device or a folder in its place. */
export async function readOwn(path: string): Promise<Buffer | null> {
  return (await readHeld(path))?.bytes ?? null;
}

/** The same with whose file it is. */
export async function readHeld(path: string): Promise<Held | null> {
  const file = await open(path, TO_READ).catch((error: NodeJS.ErrnoException) => refuse(path, error));
  if (file === null) return null;
  try {
    const stat = await file.stat();
    refuseOther(path, stat);
    return { bytes: await file.readFile(), uid: stat.uid, mode: stat.mode };
  } finally {
    await file.close();
  }
}

/** The same as text. */
export async function readOrNull(path: string): Promise<string | null> {
  return (await readOwn(path))?.toString("utf8") ?? null;
}

/** The same for those who cannot wait. */
export function readOwnSync(path: string): Buffer | null {
  const file = openOwnSync(path);
  if (file === null) return null;
  try {
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The same of what must be there. */
export function keptSync(path: string): Buffer {
  const bytes = readOwnSync(path);
  if (bytes === null) throw new TamperedError(`${path} is gone, so the run cannot continue from it; start a new run`);
  return bytes;
}

/** Opens a file of ours for reading. */
export function openOwnSync(path: string): number | null {
  const file = opened(path);
  if (file === null) return null;
  try {
    refuseOther(path, fstatSync(file));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function opened(path: string): number | null {
  try {
    return openSync(path, TO_READ);
  } catch (error) {
    return refuse(path, error as NodeJS.ErrnoException);
  }
}

/** Throws `TamperedError` for what is no plain file. */
export function refuseOther(path: string, stat: Stats): void {
  if (!stat.isFile()) throw new NotOurFile(path, kindOf(stat));
}

/** The same for what is no folder. */
export function refuseFolder(path: string, stat: Stats): void {
  if (!stat.isDirectory()) throw new NotOurFile(path, kindOf(stat), "folder");
}

/** Null where nothing is. A link fails to open, and so do a socket and a device without a driver. */
export function refuse(path: string, error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat !== undefined) refuseOther(path, stat);
  throw error;
}

function kindOf(stat: Stats): string {
  if (stat.isSymbolicLink()) return "a link";
  if (stat.isFIFO()) return "a pipe";
  if (stat.isSocket()) return "a socket";
  if (stat.isDirectory()) return "a folder";
  return stat.isFile() ? "a file" : "a device";
}
