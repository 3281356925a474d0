import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { ActiveRollout, Rollouts } from "../../ports/rollouts.js";
import { TamperedError } from "../../ports/tampered.js";
import { readOwnSync } from "./own-file.js";
import { type Access, makeFolder, PRIVATE } from "./private-files.js";
import { type Holder, holdFile, mayLive, thisProcess } from "./process-lock.js";
import { replaceFile } from "./whole-file.js";

interface Entry extends ActiveRollout {
  readonly by: Holder;
  readonly tenants: readonly string[];
}

/** The rollouts of one workspace as files that name the process behind each; what a killed process left does not count. */
export function rolloutsFolder(directory: string, access: Access = PRIVATE): Rollouts {
  const path = (run: string) => join(directory, `${encodeURIComponent(run)}.json`);
  const other = async (run: string, tenants: readonly string[]): Promise<ActiveRollout | null> => {
    const wanted = new Set(tenants);
    const found = entries(directory).find(
      (entry) => entry.run !== run && mayLive(entry.by) && entry.tenants.some((tenant) => wanted.has(tenant)),
    );
    return found ? { run: found.run, since: found.since } : null;
  };
  return {
    other,
    async begin(run, tenants, since) {
      makeFolder(directory, access);
      const release = await holdFile(join(directory, "lock"));
      try {
        const found = await other(run, tenants);
        if (found) return found;
        const entry: Entry = { run, since, by: thisProcess(), tenants };
        replaceFile(path(run), JSON.stringify(entry), access.file);
        return null;
      } finally {
        release();
      }
    },
    async end(run) {
      rmSync(path(run), { force: true });
    },
  };
}

function entries(directory: string): readonly Entry[] {
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const path = join(directory, name);
    const text = textOf(path);
    // It has ended since.
    if (text === null) return [];
    const entry = parsed(text);
    if (entry === null) throw notOurs(path);
    // Files of an earlier version contain only the process id.
    return [{ by: { ...thisProcess(), pid: entry.pid }, ...entry } as Entry];
  });
}

function textOf(path: string): string | null {
  try {
    return readOwnSync(path)?.toString("utf8") ?? null;
  } catch (error) {
    throw error instanceof TamperedError ? notOurs(path) : error;
  }
}

/** Another run would find it there too. */
function notOurs(path: string): TamperedError {
  return new TamperedError(
    `${path} is not what the gate wrote there, so it says of no tenant that it is free; if no rollout is running, remove it`,
  );
}

function parsed(text: string): (Partial<Entry> & { readonly pid: number }) | null {
  try {
    const entry = JSON.parse(text);
    const { pid } = entry.by === undefined ? entry : entry.by;
    return Array.isArray(entry.tenants) && typeof entry.run === "string" && typeof pid === "number" ? entry : null;
  } catch {
    return null;
  }
}
