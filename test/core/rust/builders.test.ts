import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadModule, parseSync } from "libpg-query";
import { beforeAll, describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

interface Builder {
  readonly code: string;
  /** What sea-query 0.32.7 writes. */
  readonly earlier: string;
  /** What sea-query 1.0.2 writes. */
  readonly later: string;
}

/** Each is code, `=>` with what `to_string(PostgresQueryBuilder)` of 0.32.7 gave, and `1=>` with 1.0.2's if that differs. */
const BUILDERS: readonly Builder[] = readFileSync(join(import.meta.dirname, "siblings", "builders.txt"), "utf8")
  .trim()
  .split("\n\n")
  .map((block) => {
    const [code = "", earlier = "", later] = block.split("\n").map((line) => line.replace(/^1?=> /, ""));
    return { code, earlier, later: later ?? earlier };
  });

const migration = (code: string) => `use sea_orm_migration::prelude::*;
use sea_query::extension::postgres::*;
#[derive(DeriveMigrationName)] pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
  async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
    manager.exec_stmt(${code}.to_owned()).await?;
    Ok(())
  }
}
#[derive(Iden)] enum T { Table, A, B, C }`;

const LIB = `mod m1_first;
pub struct Migrator;
impl MigratorTrait for Migrator {
  fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m1_first::Migration)] }
}`;

async function read(code: string, version: string): Promise<readonly string[] | "opaque"> {
  const texts = { "src/lib.rs": LIB, "src/m1_first.rs": migration(code) };
  const release = await readRelease(
    filesOf({ "Cargo.toml": `[dependencies]\nsea-orm-migration = "${version}"\n`, ...texts }),
    { application: false },
  );
  if (release.coverage.pieces.length > 0) return "opaque";
  return release.migrations.flatMap(({ up }) => up.statements.map(({ sql }) => sql));
}

/** A statement's tree, whatever the places and the order of a column's clauses; null if PostgreSQL's parser refuses it. */
function meaning(sql: string): unknown {
  try {
    return withoutPlaces(parseSync(sql).stmts);
  } catch {
    return null;
  }
}

function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !/location|_(len|start|end)$/.test(key));
  return Object.fromEntries(
    entries.map(([key, each]) => {
      const plain = withoutPlaces(each);
      if (key !== "constraints" || !Array.isArray(plain)) return [key, plain];
      return [key, plain.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))];
    }),
  );
}

beforeAll(() => loadModule());

describe.each([
  ["1.1", "earlier"],
  ["2.0", "later"],
] as const)("builders as the sea-query of sea-orm %s writes them", (version, key) => {
  it.each(BUILDERS)("$code", async (builder) => {
    const found = await read(builder.code, version);
    if (found !== "opaque") expect(found.map(meaning)).toEqual([meaning(builder[key])]);
    // What PostgreSQL cannot read never passes.
    if (meaning(builder[key]) === null) expect(found).toBe("opaque");
  });
});

it("understands nearly all of them", async () => {
  const found = await Promise.all(BUILDERS.map(({ code }) => read(code, "1.1")));
  const readable = BUILDERS.filter(({ earlier }) => meaning(earlier) !== null).length;
  expect(found.filter((each) => each !== "opaque").length).toBeGreaterThan(readable * 0.85);
});
