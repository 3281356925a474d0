import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./process-lock.js";

const MEMORY_DISK = "/dev/shm";
/** How many times the needed memory must be free before memory is used. */
const COMFORT = 4;

/**
 * Where a server with generated data is best kept: in memory if there is plenty (a database is 300 files, and a demo spends its time making
 * and removing hundreds of them), else in the temporary directory.
 */
export function scratchDirectory(bytes: number): string {
  if (!existsSync(MEMORY_DISK) || freemem() < COMFORT * bytes) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_DISK);
  return bavail * bsize > COMFORT * bytes ? MEMORY_DISK : tmpdir();
}

/** A directory of this process, with its owner in the name; first removes what killed processes left under the prefix. */
export function ownScratchDirectory(prefix: string, bytes: number): string {
  for (const parent of new Set([MEMORY_DISK, tmpdir()])) sweepScratch(parent, prefix);
  return mkdtempSync(join(scratchDirectory(bytes), `${prefix}${process.pid}-`));
}

/** Removes what no living process holds: neither its creator nor a server in it that is still shutting down. */
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
      // Another user's, or being swept by another process too.
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
