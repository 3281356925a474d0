import { type BigIntStats, lstatSync } from "node:fs";
import type { Artifacts } from "../../ports/artifacts.js";

/** A file changed this recently may change again without its times showing it. Milliseconds; some file systems count whole seconds. */
const SETTLED_MS = 3000;

interface Read {
  readonly stamp: string;
  readonly value: unknown;
}

/**
 * Artifacts of a folder for who asks for the same again and again: each is read, checked and parsed once per change of its file, and a file
 * that is not exactly as it was left is read again. What is returned is shared, so nobody can change it.
 */
export function readPerChange(artifacts: Artifacts): Artifacts {
  const known = new Map<string, Read>();
  return {
    ...artifacts,
    async get<T>(key: string) {
      const path = artifacts.locate(key);
      const before = stampOf(path);
      const read = known.get(key);
      if (read !== undefined && read.stamp === before) return read.value as T;
      const value = frozen(await artifacts.get<T>(key));
      // A file that was replaced in between may not be the one that was read.
      if (value !== null && before !== null && stampOf(path) === before) known.set(key, { stamp: before, value });
      else known.delete(key);
      return value;
    },
  };
}

/** What changes with every change of a file, and cannot be set back by who changed it; null if there is none, or it changed only now. */
function stampOf(path: string): string | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false }) as BigIntStats | undefined;
  if (stat === undefined || !stat.isFile() || Date.now() - Number(stat.ctimeMs) < SETTLED_MS) return null;
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(" ");
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) frozen(each);
  }
  return value;
}
