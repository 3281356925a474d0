import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Libraries that the core already knows; their own source would only be in the way. */
const KNOWN =
  /^(sea-orm|sea-orm-migration|sea-query|sea-schema|loco-rs|barrel|refinery|diesel|diesel_migrations|sqlx)$/;

/** Folders of `name = { path = "…" }`, and of `name = { workspace = true }` through the workspace's manifest. */
export async function localDependencies(manifest: string): Promise<string[]> {
  const own = await manifestText(manifest);
  const found = pathsIn(own, dirname(manifest));
  const inherited = [...own.matchAll(/^\s*([\w-]+)(?:\s*=\s*\{[^}]*\bworkspace\s*=\s*true|\.workspace\s*=\s*true)/gm)];
  const names = new Set(inherited.map((match) => match[1] ?? ""));
  if (names.size === 0) return [...found.values()];
  for (let at = dirname(manifest); at !== dirname(at); at = dirname(at)) {
    const whole = await manifestText(join(at, "Cargo.toml"));
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

/** The text of a manifest; empty if there is none. */
export async function manifestText(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

export async function exists(path: string): Promise<boolean> {
  return readdir(path).then(
    () => true,
    () => false,
  );
}
