import type { SourceFile } from "../migration/source-file.js";
import { Crate, type LazyFile } from "./syntax/crate.js";
import { packagesOf } from "./syntax/packages.js";
import { type ParsedRust, parseRust } from "./syntax/parse-rust.js";
import { join } from "./syntax/paths.js";

const parsed = new WeakMap<SourceFile, ParsedRust>();

/** The tree of a Rust file; parsed once per file. */
export function parsedFile(file: SourceFile): ParsedRust {
  const known = parsed.get(file);
  if (known) return known;
  const made = parseRust(file.text, file.path);
  parsed.set(file, made);
  return made;
}

const crates = new WeakMap<readonly SourceFile[], Crate>();

/** The Rust code of a release. Files outside its folder are parsed when a name leads to them. */
export function crateOf(files: readonly SourceFile[]): Crate {
  const known = crates.get(files);
  if (known) return known;
  const crate = crateWith(files, (file) => !file.path.startsWith("../"));
  crates.set(files, crate);
  return crate;
}

/** Code with its manifests. Files that are not `inside` are parsed when a name leads to them. */
export function crateWith(files: readonly SourceFile[], isInside: (file: SourceFile) => boolean): Crate {
  const whole = wholePaths(files);
  const lazy = files
    .filter((file) => file.name.endsWith(".rs"))
    .map((file) => [file, lazyFile(file, whole(file.path))] as const);
  const manifests = files
    .filter((file) => file.name === "Cargo.toml")
    .map((file) => ({ path: whole(file.path), text: file.text }));
  const all = lazy.map(([, made]) => made);
  const inside = lazy.flatMap(([file, made]) => (isInside(file) ? [made] : []));
  return new Crate(all, inside, packagesOf(manifests, new Set(all.map((file) => file.path))));
}

/** The code of some files alone. */
export function crateOfFiles(files: readonly SourceFile[]): Crate {
  const whole = wholePaths(files);
  return new Crate(files.map((file) => lazyFile(file, whole(file.path))));
}

function lazyFile(file: SourceFile, path: string): LazyFile {
  return { path, text: file.text, parse: () => parsedFile(file) };
}

/**
 * Paths from a folder above all files. The files' origin tells the names of the release's folder and of those above it; where it does not, they get
 * names that no code has.
 */
function wholePaths(files: readonly SourceFile[]): (path: string) => string {
  const up = Math.max(0, ...files.map((file) => file.path.split("/").filter((part) => part === "..").length));
  const known = files.find((file) => file.above !== undefined)?.above ?? [];
  const above = Array.from({ length: up }, (_, at) => known.at(at - up) ?? `^${up - at}`);
  const base = above.join("/");
  return (path) => join(base, path);
}
