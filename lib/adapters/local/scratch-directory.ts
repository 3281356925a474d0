import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./process-lock.js";

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

/** A directory of this process, whose name tells whose it is; those that killed processes left under the prefix go first. */
export function ownScratchDirectory(prefix: string, bytes: number): string {
  for (const parent of new Set([MEMORY_DISK, tmpdir()])) sweepScratch(parent, prefix);
  return mkdtempSync(join(scratchDirectory(bytes), `${prefix}${process.pid}-`));
}

/** Removes what no living process has: neither the one that made it nor a server in it that is still on its way down. */
function sweepScratch(parent: string, prefix: string): void {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    const directory = join(parent, name);
    if (owner === undefined || isAlive(Number(owner))) continue;
    try {
      if (isServed(directory)) continue;
      rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      // Another user's, or another process sweeps it too.
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
}

/** `server/data`, or `15/data` and `18/data` of the tests. */
function isServed(directory: string): boolean {
  return readdirSync(directory).some((name) => {
    try {
      return isAlive(Number(readFileSync(join(directory, name, "data", "postmaster.pid"), "utf8").split("\n")[0]));
    } catch {
      return false;
    }
  });
}
