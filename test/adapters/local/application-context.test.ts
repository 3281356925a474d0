import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { readRelease } from "../../../lib/core/release/read-release.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "application-"));
  mkdirSync(join(root, ".git"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

const table = (name: string) => `diesel::table! { ${name} (id) { id -> Int4, } }`;
const package_ = (name: string, rest = "") => `[package]\nname = "${name}"\n[dependencies]\n${rest}`;

async function tablesOf(folder: string, named: readonly string[] | null = null): Promise<string[]> {
  const { application } = await readRelease(await readReleaseFolder(join(root, folder), named));
  return (application ?? []).map((column) => column.table.name);
}

it("is the package around a folder of SQL, with the packages that it names by path, without tests", async () => {
  write({
    "app/Cargo.toml": package_("app", 'models = { path = "../models" }'),
    "app/migrations/1_a.up.sql": "select 1;",
    "app/src/schema.rs": table("users"),
    "app/tests/schema.rs": table("of_a_test"),
    "models/Cargo.toml": package_("models"),
    "models/src/lib.rs": table("plans"),
    "other/Cargo.toml": package_("other"),
    "other/src/lib.rs": table("others"),
  });
  expect(await tablesOf("app/migrations")).toEqual(["plans", "users"]);
});

it("is what depends on a package that holds the migrations alone", async () => {
  const migration = `use sea_orm_migration::prelude::*;
    #[derive(DeriveMigrationName)] pub struct Migration;
    impl MigrationTrait for Migration { async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> { Ok(()) } }`;
  write({
    "Cargo.toml": `[workspace]\nmembers = ["crates/*"]\n`,
    "crates/migration/Cargo.toml": package_("migration"),
    "crates/migration/src/m20240101_000001_a.rs": migration,
    "crates/app/Cargo.toml": package_("app", 'migration = { path = "../migration" }\nentity = { path = "../entity" }'),
    "crates/app/src/main.rs": "fn main() {}",
    "crates/entity/Cargo.toml": package_("entity"),
    "crates/entity/src/lib.rs": table("users"),
    "crates/tool/Cargo.toml": package_("tool"),
    "crates/tool/src/lib.rs": table("of_a_tool"),
  });
  expect(await tablesOf("crates/migration")).toEqual(["users"]);
});

it("is what the user names, and nothing else", async () => {
  write({
    "app/Cargo.toml": package_("app"),
    "app/migrations/1_a.up.sql": "select 1;",
    "app/src/schema.rs": table("users"),
    "models/src/lib.rs": table("plans"),
  });
  expect(await tablesOf("app/migrations", [join(root, "models")])).toEqual(["plans"]);
  await expect(tablesOf("app/migrations", [join(root, "nowhere")])).rejects.toThrow("ENOENT");
});

it("is none without a manifest", async () => {
  write({ "migrations/1_a.up.sql": "select 1;", "src/schema.rs": table("users") });
  expect(await tablesOf("migrations")).toEqual([]);
});
