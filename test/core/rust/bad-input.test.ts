import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readReleaseFolder } from "../../../lib/adapters/local/release-folder.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const migration = (body: string, more = "") => `use sea_orm_migration::prelude::*;
${more}
#[derive(DeriveMigrationName)] pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
  async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
    let db = manager.get_connection();
    ${body}
    Ok(())
  }
}`;
const lib = (more = "", list = "vec![Box::new(m1_first::Migration)]") => `${more}
mod m1_first;
pub struct Migrator;
impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { ${list} } }`;
const SEND = "db.execute_unprepared(&text()).await?;";

/** What blocks, as one text: codes, files and messages. */
async function blockedBy(files: Readonly<Record<string, string>>): Promise<string> {
  const { findings } = await readRelease(filesOf(files));
  return findings
    .filter(({ severity }) => severity === "error")
    .map(({ code, source, message }) => `${code} ${source?.file} ${message}`)
    .join("\n");
}

describe("Rust that cannot be read", () => {
  it("is named when it does not parse", async () => {
    const broken = await blockedBy({ "src/lib.rs": lib(), "src/m1_first.rs": `${migration(SEND)} fn { }` });
    expect(broken).toMatch(/release\.opaque src\/m1_first\.rs .*cannot be parsed as Rust/);
    const helper = { "src/tools.rs": 'pub fn text() -> String { "DROP TABLE a".into() } fn {' };
    const called = await blockedBy({
      "src/lib.rs": lib("mod tools;"),
      "src/m1_first.rs": migration(SEND, "use crate::tools::text;"),
      ...helper,
    });
    expect(called).toContain("src/tools.rs cannot be parsed as Rust");
    expect(await blockedBy({ "src/lib.rs": `${lib()} }`, "src/m1_first.rs": migration("") })).not.toBe("");
  });

  it("is named when modules lead to each other", async () => {
    const files = {
      "src/lib.rs": lib("mod a; mod b;"),
      "src/m1_first.rs": migration(SEND, "use crate::a::text;"),
      "src/a.rs": "pub use crate::b::*;",
      "src/b.rs": "pub use crate::a::*;",
    };
    expect(await blockedBy(files)).toContain("src/m1_first.rs");
    const around = {
      ...files,
      "src/a.rs": '#[path = "b.rs"] mod b; pub use b::*;',
      "src/b.rs": '#[path = "a.rs"] mod a; pub use a::*;',
    };
    expect(await blockedBy(around)).toContain("src/m1_first.rs");
    const itself = { ...files, "src/a.rs": "pub use crate::a::text;", "src/b.rs": '#[path = "b.rs"] mod b;' };
    expect(await blockedBy(itself)).toContain("src/m1_first.rs");
    const inBlock = { ...files, "src/m1_first.rs": migration(`use tools::*; use more::*; ${SEND}`) };
    expect(await blockedBy(inBlock)).toContain("src/m1_first.rs");
  });

  it("is named when a macro makes the modules", async () => {
    const make =
      'macro_rules! make { ($name:ident) => { pub mod $name { pub fn text() -> String { "DROP TABLE b".into() } } } }';
    const files = {
      "src/lib.rs": lib(`${make} make!(tools);`),
      "src/m1_first.rs": migration(SEND, "use crate::tools::text;"),
      "src/tools.rs": 'pub fn text() -> String { "DROP TABLE a".into() }',
    };
    expect(await blockedBy(files)).toContain("src/m1_first.rs");
    const elsewhere = { ...files, "src/lib.rs": lib("other::make_modules!();") };
    expect(await blockedBy(elsewhere)).toContain("src/m1_first.rs");
    const list = { ...files, "src/lib.rs": lib(make, "make_list!()") };
    expect(await blockedBy(list)).toContain("release.migrator-unread");
  });

  it("is asked about when two conventions stand side by side", async () => {
    const rust = { "src/lib.rs": lib(), "src/m1_first.rs": migration('db.execute_unprepared("DROP TABLE a").await?;') };
    for (const path of ["V1__x.sql", "0001_x.up.sql", "20240101000000_x/up.sql", "20240101000000_x/migration.sql"]) {
      expect(await blockedBy({ ...rust, [path]: "drop table b;" }), path).toContain(path);
    }
  });

  it("is named when a text grows without bound", async () => {
    const double = (turns: number) =>
      `let mut s = String::from("select 1;"); for _ in 0..${turns} { s = s.clone() + &s; } db.execute_unprepared(&s).await?;`;
    const grown = await blockedBy({ "src/lib.rs": lib(), "src/m1_first.rs": migration(double(40)) });
    expect(grown).toMatch(/src\/m1_first\.rs.*puts together texts that are too long/);
    const forms = [
      'let s = "x".repeat(1 << 40); db.execute_unprepared(&s).await?;',
      'let s = "x".repeat(999999999999); db.execute_unprepared(&s).await?;',
      'let mut s = String::new(); loop { s.push_str("select 1;"); }',
      'let mut v = vec!["a"]; loop { v.extend(v.clone()); }',
      'let v = ["select 1;"; 9000]; let s = v.join("x"); let t = [s.clone(), s].concat().replace("x", &"y".repeat(99999)); db.execute_unprepared(&t).await?;',
      'let mut s = String::from("a"); while true { s = format!("{s}{s}"); }',
      "fn again(n: u64) -> u64 { again(n + 1) } again(1);",
      'for i in 0..99999999 { db.execute_unprepared("select 1").await?; }',
    ];
    for (const body of forms) {
      expect(await blockedBy({ "src/lib.rs": lib(), "src/m1_first.rs": migration(body) }), body).toContain(
        "src/m1_first.rs",
      );
    }
  });

  it("is named when it is nested deeper than it can be followed", async () => {
    const deep = `let n = ${"(".repeat(30_000)}1${")".repeat(30_000)}; ${SEND}`;
    const blocked = await blockedBy({
      "src/lib.rs": lib(),
      "src/m1_first.rs": migration(deep, 'fn text() -> String { "DROP TABLE a".into() }'),
    });
    expect(blocked).toContain("m1_first");
  });

  it("keeps memory bounded over a literal of 30 MB", async () => {
    const before = process.memoryUsage().rss;
    const literal = `"insert into a values ('${"x".repeat(30 * 1024 * 1024)}')"`;
    const body = `let s = ${literal}; let t = s.to_string() + s; db.execute_unprepared(&t).await?;`;
    expect(await blockedBy({ "src/lib.rs": lib(), "src/m1_first.rs": migration(body) })).toContain("src/m1_first.rs");
    expect(process.memoryUsage().rss - before).toBeLessThan(1_500 * 1024 * 1024);
  }, 120_000);

  it("is read as a whole with thousands of files around it", async () => {
    const around = Array.from({ length: 10_000 }, (_, at): [string, string] => [`src/x${at}.rs`, `pub fn f${at}() {}`]);
    const files = {
      "src/lib.rs": lib(),
      "src/m1_first.rs": migration('db.execute_unprepared("DROP TABLE a").await?;'),
      ...Object.fromEntries(around),
    };
    const release = await readRelease(filesOf(files));
    expect(release.findings.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(release.migrations.map(({ up }) => up.statements.map(({ sql }) => sql))).toEqual([["DROP TABLE a"]]);
  }, 120_000);
});

describe("a folder of Rust", () => {
  const root = mkdtempSync(join(tmpdir(), "schema-gate-rust-"));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  it("does not follow a link that leads out of it", async () => {
    write("crate/src/lib.rs", lib("mod tools;"));
    write("crate/src/m1_first.rs", migration(SEND, "use crate::tools::text;"));
    write("elsewhere/tools.rs", 'pub fn text() -> String { "DROP TABLE a".into() }');
    symlinkSync(join(root, "elsewhere/tools.rs"), join(root, "crate/src/tools.rs"));
    symlinkSync(join(root, "elsewhere"), join(root, "crate/src/more"));
    const { findings } = await readRelease(await readReleaseFolder(join(root, "crate")));
    const blocked = findings.filter(({ severity }) => severity === "error").map(({ message }) => message);
    expect(blocked.join("\n")).toContain("src/tools.rs");
    expect(blocked.join("\n")).toContain("src/more");
  });
});
