import { join, split } from "./paths.js";

/** A crate among the files. */
export interface Package {
  /** The name that code uses for it. */
  readonly name: string;
  /** Those of its root files that are among the files, the library first. */
  readonly roots: readonly string[];
}

/** Each manifest names a package; code writes its dashes as underscores. */
export function packagesOf(
  manifests: readonly { readonly path: string; readonly text: string }[],
  files: ReadonlySet<string>,
): readonly Package[] {
  return manifests.flatMap(({ path, text }) => {
    const name = valueIn(text, "package", "name");
    if (name === null) return [];
    const [folder] = split(path);
    const library = join(folder, valueIn(text, "lib", "path") ?? "src/lib.rs");
    const programs = [...text.matchAll(/^\s*\[\[bin\]\]([^[]*)/gm)].flatMap(
      ([, table = ""]) => /^\s*path\s*=\s*"([^"]+)"/m.exec(table)?.[1] ?? [],
    );
    const roots = [library, ...programs.map((each) => join(folder, each)), join(folder, "src/main.rs")];
    const called = (valueIn(text, "lib", "name") ?? name).replaceAll("-", "_");
    return [{ name: called, roots: roots.filter((root) => files.has(root)) }];
  });
}

function valueIn(text: string, table: string, key: string): string | null {
  const body = new RegExp(`^\\s*\\[${table}\\]([^[]*)`, "m").exec(text)?.[1] ?? "";
  return new RegExp(`^\\s*${key}\\s*=\\s*"([^"]+)"`, "m").exec(body)?.[1] ?? null;
}
