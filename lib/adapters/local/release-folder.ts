import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { ReleaseFile } from "../../core/migration/source-file.js";
import { applicationFolders, rustFiles } from "./application-context.js";
import { crateContext } from "./crate-context.js";

/** Files that migrations consist of, or that say how they run. */
const WANTED = /\.(sql|psql|pgsql|ddl|rs|toml|conf|json|lock)$|(^|\/)sqitch\.plan$|change-?log[^/]*\.(xml|ya?ml)$/i;
/** Programs, which some frameworks run as migrations: only their names count, their content is not read. */
const PROGRAM = /\.(js|mjs|cjs|ts|mts|cts|go|java|kt|py|rb|php|cs|exs?|sh)$/i;
/** Folders that a build or a version control system fills. */
const SKIPPED = new Set(["node_modules", "target", ".git", ".svn", ".hg"]);
/** Manifests of the application around the folder; they tell the frameworks apart. */
const MANIFESTS = [
  ...["Cargo.toml", "go.mod", "package.json", "diesel.toml", "sqlx.toml"],
  ...["pom.xml", "build.gradle", "build.gradle.kts", "flyway.conf", "flyway.toml"],
];
const LEVELS_UP = 4;
const LARGEST_FILE = 64 * 1024 * 1024;
/** Files that are open at a time. */
const READ_AT_ONCE = 64;

const NOTHING = new Uint8Array();

interface FoundPath {
  readonly path: string;
  readonly link?: NonNullable<ReleaseFile["link"]>;
}

/**
 * Every file of a release's folder, plus, around it, the manifests, the Rust code that the migrations may call, and the application's own
 * code, by path. `application` names the folders of the latter; without it they are searched for. Throws the system's error if a folder
 * cannot be read, and a RangeError for a file of more than 64 MiB.
 */
export async function readReleaseFolder(
  directory: string,
  application: readonly string[] | null = null,
): Promise<ReleaseFile[]> {
  const root = resolve(directory);
  const isFolder = (await stat(root)).isDirectory();
  const base = isFolder ? root : dirname(root);
  const found = isFolder ? await walk(root, await realpath(root)) : [{ path: root }];
  const paths = found.map(({ path }) => path);
  const files = await readAll(base, found);
  const code = paths.some((path) => path.endsWith(".rs")) ? await crateContext(base, paths) : [];
  const own = new Map((await applicationFiles(base, application)).map((file) => [file.path, file]));
  const known = new Set([...files, ...code].map((file) => file.path));
  const marked = [...files, ...code].map((file) =>
    own.has(file.path) ? { ...file, application: "too" as const } : file,
  );
  const around = [...(await manifests(base)), ...own.values()].filter((file) => !known.has(file.path));
  const above = base.split(sep).filter((part) => part !== "");
  return [...marked, ...around]
    .map((file) => ({ ...file, above }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The Rust files of the folders that the user named as the application's, else of those that were found. */
async function applicationFiles(base: string, named: readonly string[] | null): Promise<ReleaseFile[]> {
  if (named) await Promise.all(named.map((folder) => readdir(folder)));
  const folders = named ?? (await applicationFolders(base));
  const paths = (await Promise.all(folders.map(rustFiles))).flat();
  const read = await Promise.all([...new Set(paths)].map((path) => readOne(base, path)));
  return read.map((file) => ({ ...file, application: "only" }));
}

async function walk(directory: string, root: string): Promise<FoundPath[]> {
  const found: FoundPath[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink()) found.push(...(await followed(path, root)));
    else if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...(await walk(path, root)));
    else if (entry.isFile() && isWanted(entry.name)) found.push({ path });
  }
  return found;
}

/** A link to a file of the folder counts as that file; any other is named but not followed, since its target may change unseen. */
async function followed(path: string, root: string): Promise<FoundPath[]> {
  const target = await realpath(path).catch(() => null);
  if (target === null) return isWanted(path) ? [{ path, link: "broken" }] : [];
  if ((await stat(target)).isDirectory()) return SKIPPED.has(basename(path)) ? [] : [{ path, link: "folder" }];
  if (!isWanted(path)) return [];
  return [target.startsWith(root + sep) ? { path } : { path, link: "outside" }];
}

function isWanted(name: string): boolean {
  return WANTED.test(name) || PROGRAM.test(name);
}

async function readAll(base: string, found: readonly FoundPath[]): Promise<ReleaseFile[]> {
  const files: ReleaseFile[] = [];
  for (let at = 0; at < found.length; at += READ_AT_ONCE) {
    const some = found.slice(at, at + READ_AT_ONCE);
    files.push(...(await Promise.all(some.map(({ path, link }) => readOne(base, path, link)))));
  }
  return files;
}

async function readOne(base: string, path: string, link?: ReleaseFile["link"]): Promise<ReleaseFile> {
  const named = relative(base, path).split(sep).join("/");
  if (link !== undefined) return { path: named, bytes: NOTHING, link };
  if (!WANTED.test(path)) return { path: named, bytes: NOTHING };
  const { size } = await stat(path);
  if (size > LARGEST_FILE) throw new RangeError(`${path} has ${size} bytes; a migration file may have 64 MiB`);
  return { path: named, bytes: await readFile(path) };
}

async function manifests(base: string): Promise<ReleaseFile[]> {
  const found: ReleaseFile[] = [];
  let at = base;
  for (let level = 0; level < LEVELS_UP && !(await isRepositoryRoot(at)) && at !== dirname(at); level++) {
    at = dirname(at);
    for (const name of MANIFESTS) {
      const path = join(at, name);
      const bytes = await readFile(path).catch(() => null);
      if (bytes) found.push({ path: relative(base, path).split(sep).join("/"), bytes });
    }
  }
  return found;
}

async function isRepositoryRoot(directory: string): Promise<boolean> {
  return stat(join(directory, ".git")).then(
    () => true,
    () => false,
  );
}
