import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { ReleaseFile } from "../../core/migration/source-file.js";
import { applicationFolders, rustFiles } from "./application-context.js";
import { crateContext } from "./crate-context.js";

/** Files that migrations are made of, or that say how they run. */
const WANTED = /\.(sql|rs|toml|conf|json|lock)$/;
/** Folders that a build or a version control system fills. */
const SKIPPED = new Set(["node_modules", "target", ".git", ".svn", ".hg"]);
/** Manifests of the application around the folder; they tell the frameworks apart. */
const MANIFESTS = ["Cargo.toml", "go.mod", "package.json", "diesel.toml", "sqlx.toml"];
const LEVELS_UP = 4;
const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * Every file of a release's folder, and around it the manifests, the Rust code that the migrations may call, and the
 * application's own, by path. `application` names the folders of the latter; without it they are looked for.
 * Throws the system's error when a folder cannot be read, and a RangeError for a file of more than 64 MiB.
 */
export async function readReleaseFolder(
  directory: string,
  application: readonly string[] | null = null,
): Promise<ReleaseFile[]> {
  const root = resolve(directory);
  const paths = (await stat(root)).isDirectory() ? await walk(root) : [root];
  const base = (await stat(root)).isDirectory() ? root : dirname(root);
  const files = await Promise.all(paths.map((path) => readOne(base, path)));
  const code = paths.some((path) => path.endsWith(".rs")) ? await crateContext(base, paths) : [];
  const own = new Map((await applicationFiles(base, application)).map((file) => [file.path, file]));
  const known = new Set([...files, ...code].map((file) => file.path));
  const marked = [...files, ...code].map((file) =>
    own.has(file.path) ? { ...file, application: "too" as const } : file,
  );
  const around = [...(await manifests(base)), ...own.values()].filter((file) => !known.has(file.path));
  return [...marked, ...around].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The Rust files of the folders that the user named as the application's, else of those that were found. */
async function applicationFiles(base: string, named: readonly string[] | null): Promise<ReleaseFile[]> {
  if (named) await Promise.all(named.map((folder) => readdir(folder)));
  const folders = named ?? (await applicationFolders(base));
  const paths = (await Promise.all(folders.map(rustFiles))).flat();
  const read = await Promise.all([...new Set(paths)].map((path) => readOne(base, path)));
  return read.map((file) => ({ ...file, application: "only" }));
}

async function walk(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      const target = entry.isSymbolicLink() ? await stat(path) : entry;
      if (target.isDirectory()) return SKIPPED.has(entry.name) || entry.isSymbolicLink() ? [] : walk(path);
      return target.isFile() && WANTED.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

async function readOne(base: string, path: string): Promise<ReleaseFile> {
  const { size } = await stat(path);
  if (size > LARGEST_FILE) throw new RangeError(`${path} has ${size} bytes; a migration file may have 64 MiB`);
  return { path: relative(base, path).split(sep).join("/"), bytes: await readFile(path) };
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
