import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fchmodSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";

/**
 * Writes a whole file or nothing, with this mode whatever the umask. The draft is a new file with an unpredictable name: nobody else who
 * may write in the folder can put a link or a pipe in its way. Throws what the file system throws.
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.new`;
  const file = openSync(draft, "wx", mode);
  try {
    try {
      fchmodSync(file, mode);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/**
 * Gives a finished draft its name, unless the name is taken: then returns false. Either way the draft is gone. A hard link fails if the
 * name exists, which decides a race between two writers.
 */
export function claimName(draft: string, path: string): boolean {
  try {
    return isLinked(draft, path, 3);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Shares do not always say why: NFS may repeat a completed request, and SFTP has one code for every failure. */
function isLinked(draft: string, path: string, tries: number): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return lstatSync(draft).nlink > 1;
    if (existsSync(path)) return false;
    if (tries > 1) return isLinked(draft, path, tries - 1);
    throw error;
  }
}
