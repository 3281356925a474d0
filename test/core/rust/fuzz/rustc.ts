import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ModelCrate } from "./model-crate.js";

const HERE = join(import.meta.dirname, "tools");

/** The files that every model crate has. */
export const TOOLS: Readonly<Record<string, string>> = {
  "src/tools.rs": readFileSync(join(HERE, "tools.rs"), "utf8"),
  "src/macros.rs": readFileSync(join(HERE, "macros.rs"), "utf8"),
  "text.txt": "included\n",
};

const rustc = (folder: string, ...args: string[]) =>
  execFileSync(
    "rustc",
    ["--edition", "2024", "-Awarnings", "-Cdebug-assertions=off", "--out-dir", folder, "-L", folder, ...args],
    {
      stdio: "pipe",
    },
  );

/** The crates of elsewhere that a model crate needs to be compiled. */
export function compileLibraries(folder: string): void {
  for (const name of ["sea_orm_migration", "other"]) rustc(folder, "--crate-type", "rlib", join(HERE, `${name}.rs`));
}

/** Nothing in a model waits, so that it means the same without its `async`; the derive gives the file's name. */
function plain(code: string, path: string): string {
  const name = /(\w+)\.rs$/.exec(path)?.[1] ?? "";
  return code
    .replaceAll("#[async_trait::async_trait]", "")
    .replaceAll("#[derive(DeriveMigrationName)]", "")
    .replaceAll("async fn", "fn")
    .replaceAll(".await", "")
    .replace(
      "impl MigrationTrait for Migration {",
      `impl MigrationTrait for Migration { fn name(&self) -> &str { "${name}" }`,
    );
}

const MAIN = `
fn main() {
    for migration in Migrator::migrations() { migration.up(&SchemaManager).unwrap(); }
    for text in sent() { print!("{text}\\0"); }
}
`;

/** What the crate sends when it is compiled and run. */
export function sentBy(crate: ModelCrate, folder: string): readonly string[] {
  rmSync(join(folder, "src"), { recursive: true, force: true });
  for (const [path, text] of Object.entries(crate.files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), path.endsWith(".rs") ? plain(text, path) : text);
  }
  const root = join(folder, "src/lib.rs");
  writeFileSync(root, `${readFileSync(root, "utf8")}${MAIN}`);
  const externs = ["sea_orm_migration", "other"].flatMap((name) => ["--extern", name]);
  rustc(folder, "--crate-type", "bin", "--crate-name", "model", ...externs, root);
  const printed = execFileSync(join(folder, "model"), { stdio: ["ignore", "pipe", "ignore"] }).toString();
  // What a body prints itself stands before what it sent, and ends with a line.
  return printed
    .split("\0")
    .slice(0, -1)
    .map((text) => text.replace(/^[\s\S]*\n(?=comment on)/, ""));
}
