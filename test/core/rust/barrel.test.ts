import { describe, expect, it } from "vitest";
import { refineryChecksum } from "../../../lib/core/release/conventions/refinery.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

async function read(body: string) {
  const code = `use barrel::{types, Migration, backend::Pg};\npub fn migration() -> String {\n  let mut m = Migration::new();\n${body}\n}`;
  return readRelease(filesOf({ "V1__first.rs": code }));
}

describe("barrel", () => {
  it("makes the very text that barrel makes, which refinery takes its checksum of", async () => {
    const release = await read(`
      m.create_table("users", |t| {
        t.add_column("id", types::primary());
        t.add_column("name", types::varchar(255).nullable(false).default("x"));
        t.add_column("key", types::uuid().nullable(true));
        t.inject_custom("age int");
        t.add_index("by_name", types::index(vec!["name", "key"]).unique(true));
      });
      m.change_table("users", |t| { t.drop_column("age"); t.rename_column("name", "title"); });
      m.inject_custom("select 1");
      m.drop_table_if_exists("old");
      m.make::<Pg>()`);
    const text =
      `CREATE TABLE "users" ("id" SERIAL PRIMARY KEY NOT NULL, "name" VARCHAR(255) DEFAULT 'x' NOT NULL, "key" UUID UNIQUE, age int);` +
      `CREATE UNIQUE INDEX "by_name" ON "users" ("name", "key");ALTER TABLE "users" DROP COLUMN "age", RENAME COLUMN "name" TO "title";` +
      `select 1;DROP TABLE IF EXISTS "old";`;
    const [migration] = release.migrations;
    expect(migration?.frameworkChecksum).toBe(refineryChecksum("first", "1", text));
    // PostgreSQL has no RENAME COLUMN beside another action: the parser says so here as the server would.
    expect(release.coverage.pieces.map(({ reason }) => reason)).toEqual([expect.stringContaining("syntax error")]);
    expect(migration?.up.statements.map(({ source }) => source.line)).toEqual([5, 5, 12, 13, 14]);
  });

  it("reads a type that is written out field by field", async () => {
    const release = await read(`
      m.create_table("users", |t| {
        t.add_column("mail", barrel::types::Type { nullable: true, unique: false, increments: false, indexed: false,
          primary: false, default: None, size: None, inner: barrel::types::BaseType::Custom("citext") });
        t.add_column("name", types::Type { nullable: false, unique: false, increments: false, indexed: false,
          primary: false, default: None, size: Some(40), inner: types::BaseType::VarChar(40) });
      });
      m.make::<Pg>()`);
    expect(release.coverage.pieces).toEqual([]);
    expect(release.migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual([
      'CREATE TABLE "users" ("mail" citext, "name" VARCHAR(40) NOT NULL)',
    ]);
  });

  it("does not guess at a text that it cannot follow", async () => {
    const unknown = await read(`m.create_table("users", |t| { t.add_column("id", chosen()); });\n m.make::<Pg>()`);
    expect(unknown.coverage.pieces).toHaveLength(1);
    expect(unknown.migrations[0]?.frameworkChecksum).toBeNull();
  });

  it("takes a text that is put together from constants", async () => {
    const code =
      'const T: &str = "a";\npub fn migration() -> String { format!("create table {T} (id int); drop table b") }';
    const { migrations } = await readRelease(filesOf({ "V1__first.rs": code }));
    expect(migrations[0]?.up.statements.map(({ sql }) => sql)).toEqual(["create table a (id int)", "drop table b"]);
  });

  it.each(["m.make::<MySql>()", "m.make::<barrel::backend::Sqlite>()", "m.make::<Backend>()"])(
    "is opaque for another database: %s",
    async (make) => {
      const release = await read(`m.drop_table("users");\n${make}`);
      expect(release.coverage.pieces).toHaveLength(1);
    },
  );
});
