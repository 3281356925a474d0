import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/**
 * Makes a file that holds this process's id. Returns the function that removes it, or the id of the living process that
 * has it. A file that a killed process left is taken over.
 */
export function tryHoldFile(path: string): (() => void) | number {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o640 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(textOf(path));
    if (isAlive(holder)) return holder;
    rmSync(path, { force: true });
  }
}

/** The same, waiting for the other process. */
export async function holdFile(path: string): Promise<() => void> {
  for (;;) {
    const held = tryHoldFile(path);
    if (typeof held === "function") return held;
    await delay(POLL_MS);
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Empty when the file went away in between. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
