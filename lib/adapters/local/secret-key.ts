import { randomBytes, randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Access, holdKey, makeFolder, PRIVATE } from "./private-files.js";
import { claimName } from "./whole-file.js";

/** Signs approvers' links, so that a sent link outlives the process. */
export const LINK_KEY = "approval-links.key";
/** Authenticates the stored approvals. */
export const APPROVALS_KEY = "approvals.key";

/** A key of 32 random bytes, created once by whoever comes first. Throws `UnsafeFileError` for one that others may have touched. */
export async function secretKey(folder: string, name: string, access: Access = PRIVATE): Promise<Buffer> {
  await makeKey(folder, name, randomBytes(32), access);
  return readFile(join(folder, name));
}

/** All or nothing, and never over an existing one. */
export async function makeKey(folder: string, name: string, content: string | Buffer, access: Access): Promise<void> {
  makeFolder(folder, access);
  const path = join(folder, name);
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, content, { mode: access.file & 0o640, flush: true });
  claimName(draft, path);
  holdKey(path, access);
}
