import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const LIB = `mod m20240101_000001_first;
pub struct Migrator;
impl MigratorTrait for Migrator {
  fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m20240101_000001_first::Migration)] }
}`;

/** The statements that a body sends, or `opaque`. */
export async function sqlOf(body: string, more = ""): Promise<readonly string[] | "opaque"> {
  const code = `use sea_orm_migration::prelude::*;
    #[derive(DeriveMigrationName)]
    pub struct Migration;
    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
      async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        ${body}
        Ok(())
      }
    }
    ${more}`;
  const release = await readRelease(filesOf({ "lib.rs": LIB, "m20240101_000001_first.rs": code }));
  if (release.coverage.pieces.length > 0) return "opaque";
  return release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql.replace(/;$/, "")));
}
