import { existsSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";

const MEMORY_DISK = "/dev/shm";
/** How many times what is needed must be free before memory is used for it. */
const COMFORT = 4;

/**
 * Where a server whose data are made up is best kept: in memory where there is plenty (a database is 300 files, and
 * making and removing hundreds of them is what a demo waits for), else in the temporary directory.
 */
export function scratchDirectory(bytes: number): string {
  if (!existsSync(MEMORY_DISK) || freemem() < COMFORT * bytes) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_DISK);
  return bavail * bsize > COMFORT * bytes ? MEMORY_DISK : tmpdir();
}
