import { readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { ReleaseFile } from "../../core/migration/source-file.js";
import { rustFiles } from "./application-context.js";
import { exists, localDependencies, manifestText } from "./cargo.js";

const MOST_FILES = 3000;

/**
 * The Rust code around a release's folder that its migrations may call: the crate that contains the folder, and the crates of the same
 * repository that it lists as dependencies.
 */
export async function crateContext(base: string, inside: readonly string[]): Promise<ReleaseFile[]> {
  const named = [...inside.filter((path) => path.endsWith(`${sep}Cargo.toml`)), ...(await enclosing(base))];
  const folders = new Set<string>();
  const manifests = new Set(named);
  for (const manifest of named) {
    folders.add(join(dirname(manifest), "src"));
    for (const dependency of await localDependencies(manifest)) {
      folders.add(join(dependency, "src"));
      if ((await manifestText(join(dependency, "Cargo.toml"))) !== "") manifests.add(join(dependency, "Cargo.toml"));
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
    if (/^\s*\[package\]/m.test(await manifestText(manifest))) return [manifest];
    if (await exists(join(at, ".git"))) break;
  }
  return [];
}
