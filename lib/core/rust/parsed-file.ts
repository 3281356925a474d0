import type { SourceFile } from "../migration/source-file.js";
import { Crate } from "./syntax/crate.js";
import { moduleOf, type ParsedRust, parseRust } from "./syntax/parse-rust.js";

const parsed = new WeakMap<SourceFile, ParsedRust>();

/** The tree of a Rust file; made once per file. */
export function parsedFile(file: SourceFile): ParsedRust {
  const known = parsed.get(file);
  if (known) return known;
  const made = parseRust(file.text, file.path);
  parsed.set(file, made);
  return made;
}

const crates = new WeakMap<readonly SourceFile[], Crate>();

/** The Rust code of a release. Files around its folder are parsed when a name leads to them. */
export function crateOf(files: readonly SourceFile[]): Crate {
  const known = crates.get(files);
  if (known) return known;
  const rust = files.filter((file) => file.name.endsWith(".rs"));
  const around = rust.filter((file) => file.path.startsWith("../"));
  const crate = new Crate(
    rust.filter((file) => !file.path.startsWith("../")).map(parsedFile),
    around.map((file) => ({ text: file.text, module: moduleOf(file.path), parse: () => parsedFile(file) })),
    packagesOf(files),
  );
  crates.set(files, crate);
  return crate;
}

/** Each manifest names a package; code writes its dashes as underscores. */
function packagesOf(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const name =
      file.name === "Cargo.toml" ? /\[package\][^[]*?^\s*name\s*=\s*"([^"]+)"/ms.exec(file.text)?.[1] : undefined;
    if (name !== undefined) found.set(name.replaceAll("-", "_"), file.folder);
  }
  return found;
}
