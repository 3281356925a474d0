import { expect, it } from "vitest";
import { scriptsOf } from "../../../lib/core/lint/scripts-of.js";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { filesOf } from "../../support/release-files.js";

// No other test here: nothing else of this process may have loaded the reader of Rust.
it("reads a crate whose list of migrations leads through modules, and bounds texts that double", async () => {
  await loadParser();
  const files = filesOf({
    "Cargo.toml": '[package]\nname = "m"\nversion = "0.1.0"\n[dependencies]\nsea-orm-migration = "1"\n',
    "src/lib.rs": `pub use sea_orm_migration::prelude::*;
mod m20220101_000001_a;
pub struct Migrator;
#[async_trait::async_trait]
impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m20220101_000001_a::Migration)] } }`,
    "src/m20220101_000001_a.rs": `use sea_orm_migration::prelude::*;
#[derive(DeriveMigrationName)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut s = String::from("ab");
        for _ in 0..40 { s = format!("{}{}", s, s); }
        manager.get_connection().execute_unprepared(&format!("select '{}'", s)).await?;
        Ok(())
    }
}`,
  });
  const { convention, findings } = await scriptsOf(files.map((file) => readSourceFile(file).file));
  expect(convention).toBe("sea-orm");
  expect(findings.map(({ source }) => source?.file)).toContain("src/m20220101_000001_a.rs");
});
