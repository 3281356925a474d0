import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { readSourceFile } from "../../../core/migration/source-file.js";
import { detectConvention } from "../../../core/release/conventions/detect.js";

export interface FoundMigrations {
  /** Relative to where the search began, with `/`. */
  readonly folder: string;
  readonly convention: string;
  readonly count: number;
}

/** What frameworks call their migrations' folder. */
const NAMES = /^(migrations?|migrate|drizzle|changelogs?|sql|schema)$/;
const SKIPPED = /^(\..*|node_modules|target|vendor|dist|build|out|tests?|fixtures)$/;
const DEEPEST = 6;
/** The search stops in a folder tree larger than this; a person can name the folder. */
const MOST_FOLDERS = 5000;

/** Folders below that contain migrations, the one with the most first. */
export async function findMigrations(directory: string): Promise<readonly FoundMigrations[]> {
  const found: FoundMigrations[] = [];
  for (const folder of candidates(directory)) {
    const inside = found.some((one) => folder.startsWith(join(directory, one.folder) + sep));
    const migrations = inside ? null : await readFolder(directory, folder);
    if (migrations) found.push(migrations);
  }
  return found.sort((a, b) => b.count - a.count || (a.folder < b.folder ? -1 : 1));
}

/** What one folder contains; null for none. */
export async function readFolder(directory: string, folder: string): Promise<FoundMigrations | null> {
  const files = (await readReleaseFolder(folder)).map((file) => readSourceFile(file).file);
  const { convention } = detectConvention(files);
  const count = convention?.read(files).migrations.length ?? 0;
  if (!convention || count === 0) return null;
  return { folder: relative(directory, folder).split(sep).join("/") || ".", convention: convention.id, count };
}

function candidates(directory: string): readonly string[] {
  const named: string[] = [];
  let level = [directory];
  let seen = 0;
  for (let depth = 0; depth < DEEPEST && level.length > 0 && seen < MOST_FOLDERS; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (!entry.isDirectory() || SKIPPED.test(entry.name)) continue;
        const path = join(folder, entry.name);
        if (NAMES.test(entry.name)) named.push(path);
        next.push(path);
      }
    }
    seen += next.length;
    level = next;
  }
  return named;
}
