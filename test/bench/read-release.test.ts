import { expect, it } from "vitest";
import { readRelease } from "../../lib/core/release/read-release.js";
import { filesOf } from "../support/release-files.js";

const SQL_FILES = 1000;
const RUST_FILES = 300;
/** The aim for both together, in one process, parsers warm; processor time, which a busy machine does not stretch. */
const LIMIT_MS = 3000;
const spent = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function sqlFolder(): Record<string, string> {
  const texts = Array.from({ length: SQL_FILES }, (_, n): [string, string] => [
    `${n + 1}_change.up.sql`,
    `ALTER TABLE app.t${n % 50} ADD COLUMN c${n} integer NOT NULL DEFAULT 0;\nCREATE INDEX i${n} ON app.t${n % 50} (c${n});\nUPDATE app.t${n % 50} SET c${n} = 1 WHERE id < 100;\n`,
  ]);
  return Object.fromEntries(texts);
}

function rustFolder(): Record<string, string> {
  const names = Array.from({ length: RUST_FILES }, (_, n) => `m${20200000 + n}_000001_change`);
  const texts = names.map((name, n): [string, string] => [
    `${name}.rs`,
    `use sea_orm_migration::prelude::*;
#[derive(DeriveMigrationName)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(Table::create().table(Thing${n}::Table).if_not_exists()
            .col(ColumnDef::new(Thing${n}::Id).big_integer().not_null().auto_increment().primary_key())
            .col(ColumnDef::new(Thing${n}::Name).string_len(80).not_null().unique_key())
            .col(ColumnDef::new(Thing${n}::CreatedAt).timestamp_with_time_zone().not_null().default(Expr::current_timestamp()))
            .to_owned()).await?;
        manager.create_index(Index::create().name("i${n}").table(Thing${n}::Table).col(Thing${n}::Name).to_owned()).await
    }
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Thing${n}::Table).to_owned()).await
    }
}
#[derive(DeriveIden)]
enum Thing${n} { Table, Id, Name, CreatedAt }
`,
  ]);
  const list = names.map((name) => `Box::new(${name}::Migration)`).join(", ");
  const migrator = `impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![${list}] } }`;
  return { ...Object.fromEntries(texts), "lib.rs": migrator };
}

it(`reads ${SQL_FILES} SQL files and ${RUST_FILES} Rust files`, async () => {
  await readRelease(filesOf({ "1_warm.up.sql": "select 1;", "1_warm.rs": "" }));
  const start = spent();
  const sql = await readRelease(filesOf(sqlFolder()));
  const middle = spent();
  const rust = await readRelease(filesOf(rustFolder()));
  const end = spent();
  expect([sql.coverage.understood, rust.coverage.understood]).toEqual([3 * SQL_FILES, 3 * RUST_FILES]);
  expect([...sql.coverage.pieces, ...rust.coverage.pieces]).toEqual([]);
  console.log(`SQL ${Math.round(middle - start)} ms, Rust ${Math.round(end - middle)} ms of processor time`);
  expect(end - start).toBeLessThan(LIMIT_MS);
});
