import { readdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { exists, localDependencies, manifestText } from "./cargo.js";

/**
 * Folders of the application's own Rust code around a folder of migrations: the package that contains the folder; for a package with
 * nothing but migrations, the packages of the repository that depend on it; in a workspace without a package of its own, its members.
 * Includes the packages that these name by path.
 */
export async function applicationFolders(base: string): Promise<readonly string[]> {
  const manifests = await manifestsAbove(base);
  const [nearest] = manifests;
  if (nearest === undefined) return [];
  const users = dirname(nearest) === base ? await usersOf(nearest, manifests.slice(1)) : await packagesAt(nearest);
  const packages = new Set<string>(users.map((manifest) => dirname(manifest)));
  for (const manifest of users) for (const folder of await localDependencies(manifest)) packages.add(folder);
  packages.delete(base);
  return [...packages].map((folder) => join(folder, "src"));
}

/** Cargo.toml files from the folder upwards, up to the repository's root. */
async function manifestsAbove(base: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (let at = base; at !== dirname(at); at = dirname(at)) {
    const manifest = join(at, "Cargo.toml");
    if ((await manifestText(manifest)) !== "") found.push(manifest);
    if (await exists(join(at, ".git"))) break;
  }
  return found;
}

/** The packages that list the migrations' package among their dependencies. */
async function usersOf(migrations: string, above: readonly string[]): Promise<readonly string[]> {
  const own = dirname(migrations);
  const around = (await Promise.all(above.map(packagesAt))).flat();
  const uses = await Promise.all(around.map(async (manifest) => (await localDependencies(manifest)).includes(own)));
  return around.filter((manifest, at) => uses[at] && manifest !== migrations);
}

/** The package of a manifest, and the members of its workspace when it has no package itself. */
async function packagesAt(manifest: string): Promise<readonly string[]> {
  const text = await manifestText(manifest);
  const own = /^\s*\[package\]/m.test(text) ? [manifest] : [];
  if (own.length > 0 && !/^\s*\[workspace\]/m.test(text)) return own;
  const list = /^\s*members\s*=\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? "";
  const patterns = [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
  const folders = (await Promise.all(patterns.map((pattern) => membersOf(dirname(manifest), pattern)))).flat();
  const members = folders.map((folder) => join(folder, "Cargo.toml"));
  const present = await Promise.all(members.map(async (member) => (await manifestText(member)) !== ""));
  return [...own, ...members.filter((member, at) => present[at] && member !== manifest)];
}

/** `crates/*` means every folder in `crates`. */
async function membersOf(root: string, pattern: string): Promise<readonly string[]> {
  if (!pattern.endsWith("/*")) return pattern.includes("*") ? [] : [resolve(root, pattern)];
  const parent = resolve(root, pattern.slice(0, -2));
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(parent, entry.name));
}

/** Every Rust file below a folder, by its absolute path. */
export async function rustFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs"))
    .map((entry) => join(entry.parentPath, entry.name));
}
