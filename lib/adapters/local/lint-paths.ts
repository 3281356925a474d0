import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Finding } from "../../core/finding.js";
import { readSourceFile, type SourceFile } from "../../core/migration/source-file.js";

/** Folders that a build or a version control system fills. */
const SKIPPED = new Set(["node_modules", "target", ".git", ".svn", ".hg", "dist"]);
/** Files that say how the ones next to them run. */
const BESIDE =
  /^(?:metadata\.toml|diesel\.toml|sqlx\.toml|migration_lock\.toml|flyway\.conf|_journal\.json)$|\.sql\.conf$/;
const MANIFESTS = ["Cargo.toml", "go.mod", "package.json", "diesel.toml", "sqlx.toml", "flyway.conf"];
const LEVELS_UP = 4;
const LARGEST_FILE = 64 * 1024 * 1024;

/** Files that belong together: a named folder, or all the files that were named one by one. */
export interface LintGroup {
  readonly files: readonly SourceFile[];
  readonly findings: readonly Finding[];
  /** False for files that were named one by one: each is linted on its own. */
  readonly folder: boolean;
}

/** A path that cannot be linted. The message says which and why. */
export class LintPathError extends Error {
  override readonly name = "LintPathError";
}

/**
 * Reads what the paths name. Files are named by their path from `cwd`. Throws `LintPathError` for a path that does not exist, and for a
 * folder without a file to lint: finding no file is never a pass.
 */
export async function readLintPaths(paths: readonly string[], cwd: string): Promise<readonly LintGroup[]> {
  const single: string[] = [];
  const groups: LintGroup[] = [];
  for (const path of paths) {
    const absolute = resolve(cwd, path);
    if (!isFolder(absolute, path)) single.push(absolute);
    else groups.push(await readFolder(absolute, path, cwd));
  }
  if (single.length > 0) groups.push({ ...readAll([...new Set(single)], cwd), folder: false });
  return groups;
}

function isFolder(absolute: string, path: string): boolean {
  try {
    return statSync(absolute).isDirectory();
  } catch (error) {
    throw new LintPathError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readFolder(folder: string, path: string, cwd: string): Promise<LintGroup> {
  const found = await walk(folder);
  if (!found.some((file) => /\.(sql|rs)$/.test(file))) {
    throw new LintPathError(`${path} holds no .sql and no .rs file`);
  }
  const own = readAll(found.sort(), cwd);
  return { ...own, files: [...own.files, ...(await manifestsAbove(folder, cwd))], folder: true };
}

async function walk(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      // A link to a folder may lead back up; a link to a file is read.
      const isFile = entry.isSymbolicLink() ? (await stat(path).catch(() => null))?.isFile() : entry.isFile();
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(path);
      return isFile && (/\.(sql|rs)$/.test(entry.name) || BESIDE.test(entry.name)) ? [path] : [];
    }),
  );
  return found.flat();
}

/** One after the other: for thousands of small files this takes a quarter of the time of promises. */
function readAll(paths: readonly string[], cwd: string): Pick<LintGroup, "files" | "findings"> {
  const files: SourceFile[] = [];
  const findings: Finding[] = [];
  for (const path of paths) {
    const read = readOne(path, nameFrom(path, cwd));
    findings.push(...read.findings);
    if (read.file) files.push(read.file);
  }
  return { files, findings };
}

function readOne(path: string, name: string): { file?: SourceFile; findings: readonly Finding[] } {
  const bytes = bytesOf(path);
  if (typeof bytes === "number") return { findings: [tooLarge(name, bytes)] };
  const read = readSourceFile({ path: name, bytes });
  const findings = read.findings.filter((finding) => finding.severity === "error");
  return read.readable ? { file: read.file, findings } : { findings };
}

/** The content of a file, or its size if it is too large to be read. */
function bytesOf(path: string): Uint8Array | number {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    return size > LARGEST_FILE ? size : readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function tooLarge(name: string, size: number): Finding {
  return {
    code: "lint.too-large",
    gate: "lint",
    severity: "error",
    unknown: true,
    subject: { kind: "file", name },
    message: `${name} has ${size.toLocaleString("en-US")} bytes and was not read; a file to lint may have 64 MiB.`,
    remedy: { text: "Split it, or load its rows outside of the migration." },
    source: { file: name, line: 1, column: 1 },
  };
}

/** Manifests of the application around the folder, under names that mark them as not being migrations. */
async function manifestsAbove(folder: string, cwd: string): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  let at = folder;
  for (let level = 0; level < LEVELS_UP && at !== dirname(at); level++) {
    if (await lstat(join(at, ".git")).catch(() => null)) break;
    at = dirname(at);
    for (const name of MANIFESTS) {
      const bytes = await readFile(join(at, name)).catch(() => null);
      if (bytes) found.push(readSourceFile({ path: `../${nameFrom(join(at, name), cwd)}`, bytes }).file);
    }
  }
  return found;
}

function nameFrom(path: string, cwd: string): string {
  const name = relative(cwd, path).split(sep).join("/");
  return name === "" ? basename(path) : name.startsWith("../") ? path.split(sep).join("/") : name;
}
