import { join } from "node:path";
import type { RunRecord } from "../../core/audit/verify.js";
import { readOwnSync } from "./own-file.js";
import { digestFiles } from "./run-files.js";

/** A run's folder on this machine, for `verifyRun`. Throws what the file system throws when the folder cannot be read. */
export async function readRunRecord(directory: string): Promise<RunRecord> {
  const files = await digestFiles(directory);
  const listed = new Set(files.filter((file) => file.sha256 !== "").map((file) => file.path));
  return {
    files,
    // Only what was listed: a path in a trail that someone else wrote must not lead out of the folder.
    read: (path) => (listed.has(path) ? readOwnSync(join(directory, path)) : null),
  };
}
