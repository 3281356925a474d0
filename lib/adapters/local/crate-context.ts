import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { ReleaseFile } from "../../core/release/source-file.js";

/** Libraries that the core knows by itself; their own source would only be in the way. */
const KNOWN =
  /^(sea-orm|sea-orm-migration|sea-query|sea-schema|loco-rs|barrel|refinery|diesel|diesel_migrations|sqlx)$/;
const MOST_FILES = 3000;

/**
 * The Rust code around a release's folder that its migrations may call: the crate that the folder lies in, and the crates
 * of the same repository that it names as dependencies.
 */
export async function crateContext(base: string, inside: readonly string[]): Promise<ReleaseFile[]> {
  const named = [...inside.filter((path) => path.endsWith(`${sep}Cargo.toml`)), ...(await enclosing(base))];
  const folders = new Set<string>();
  const manifests = new Set(named);
  for (const manifest of named) {
    folders.add(join(dirname(manifest), "src"));
    for (const dependency of await localDependencies(manifest)) {
      folders.add(join(dependency, "src"));
      if ((await text(join(dependency, "Cargo.toml"))) !== "") manifests.add(join(dependency, "Cargo.toml"));
    }
  }
  const paths = [...manifests, ...(await Promise.all([...folders].map(rustFiles))).flat()];
  const outside = [...new Set(paths)].filter((path) => relative(base, path).startsWith("..")).slice(0, MOST_FILES);
  return Promise.all(
    outside.map(async (path) => ({ path: relative(base, path).split(sep).join("/"), bytes: await readFile(path) })),
  );
}

/** The nearest manifest of a package above the folder. */
async function enclosing(base: string): Promise<string[]> {
  for (let at = base; at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, "Cargo.toml");
    if (/^\s*\[package\]/m.test(await text(manifest))) return [manifest];
    if (await exists(join(at, ".git"))) break;
  }
  return [];
}

/** Folders of `name = { path = "…" }`, and of `name = { workspace = true }` by way of the workspace's manifest. */
async function localDependencies(manifest: string): Promise<string[]> {
  const own = await text(manifest);
  const found = pathsIn(own, dirname(manifest));
  const inherited = [...own.matchAll(/^\s*([\w-]+)(?:\s*=\s*\{[^}]*\bworkspace\s*=\s*true|\.workspace\s*=\s*true)/gm)];
  const names = new Set(inherited.map((match) => match[1] ?? ""));
  if (names.size === 0) return [...found.values()];
  for (let at = dirname(manifest); at !== dirname(at); at = dirname(at)) {
    const whole = await text(join(at, "Cargo.toml"));
    if (!whole.includes("[workspace")) continue;
    for (const [name, folder] of pathsIn(whole, at)) if (names.has(name)) found.set(name, folder);
    break;
  }
  return [...found.values()];
}

function pathsIn(manifest: string, folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of manifest.matchAll(/^\s*([\w-]+)\s*=\s*\{[^}]*\bpath\s*=\s*"([^"]+)"/gm)) {
    const [, name = "", path = ""] = match;
    if (!KNOWN.test(name)) found.set(name, resolve(folder, path));
  }
  return found;
}

async function rustFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function text(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

async function exists(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}
