import { readdirSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { readOwnSync } from "./own-file.js";
import { holdFolder, makeFolder, PRIVATE } from "./private-files.js";
import { replaceFile } from "./whole-file.js";
import type { Environment } from "./workspace.js";

/** Results that are kept; the oldest are dropped. */
const MOST = 64;

/**
 * Results that can be found again by their inputs. They belong to the user, apart from any repository: a file that a pull request brings
 * must not be mistaken for one of them. Nothing here fails: what cannot be stored is computed again.
 */
export class Remembered {
  private readonly folder: string | null;

  constructor(kind: string, environment: Environment) {
    this.folder = privateFolder(join(cacheHome(environment), "schema-gate", kind));
  }

  get<T>(key: string): T | null {
    if (this.folder === null) return null;
    try {
      return JSON.parse(readOwnSync(join(this.folder, key))?.toString("utf8") ?? "null") as T | null;
    } catch {
      return null;
    }
  }

  keep(key: string, value: unknown): void {
    if (this.folder === null) return;
    try {
      replaceFile(join(this.folder, key), JSON.stringify(value), PRIVATE.file);
      this.forgetOldest(this.folder);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }

  private forgetOldest(folder: string): void {
    const names = readdirSync(folder);
    if (names.length <= MOST) return;
    const byAge = names.map((name) => ({ name, at: statSync(join(folder, name)).mtimeMs })).sort((a, b) => b.at - a.at);
    for (const { name } of byAge.slice(MOST)) rmSync(join(folder, name), { force: true });
  }
}

/** Null if it cannot be created, or could have been filled by others. */
function privateFolder(path: string): string | null {
  try {
    makeFolder(path, PRIVATE);
    return holdFolder(path) === PRIVATE ? path : null;
  } catch {
    return null;
  }
}

/** Where a user's programs keep what can be recreated (XDG Base Directory Specification). */
function cacheHome({ XDG_CACHE_HOME, HOME }: Environment): string {
  return XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : join(HOME || homedir(), ".cache");
}
