import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const LIST = "fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m1_first::Migration)] }";

/** What the first migration sends, or `opaque`. */
async function sqlOf(
  send: string,
  more: string,
  files: Readonly<Record<string, string>>,
  lib = "",
): Promise<readonly string[] | "opaque"> {
  const first = `${more}
    use sea_orm_migration::prelude::*;
    #[derive(DeriveMigrationName)] pub struct Migration;
    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
      async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        ${send}
        Ok(())
      }
    }`;
  const root = `${lib}
    mod m1_first;
    pub struct Migrator;
    impl MigratorTrait for Migrator { ${LIST} }`;
  const release = await readRelease(filesOf({ "lib.rs": root, "m1_first.rs": first, ...files }));
  if (release.coverage.pieces.length > 0) return "opaque";
  return release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql));
}

const KIND = 'db.execute_unprepared(&format!("DROP TABLE {}", kind())).await?;';
const fn = (name: string, visible = "pub ") => `${visible}fn kind() -> &'static str { "${name}" }`;

const FORMS: readonly (readonly [string, string, Record<string, string>, string, string])[] = [
  [
    "a use beside another's private function",
    "use crate::kind;",
    { "other.rs": fn("wrong", "") },
    `mod other; ${fn("good")}`,
    "good",
  ],
  ["super", "use super::kind;", { "other.rs": fn("wrong") }, `mod other; ${fn("good")}`, "good"],
  ["an own function before another's", fn("good"), { "other.rs": fn("wrong") }, "mod other;", "good"],
  [
    "an own function before a glob's",
    `use crate::other::*; ${fn("good")}`,
    { "other.rs": fn("wrong") },
    "mod other;",
    "good",
  ],
  ["an inline module's stays inside", `mod inner { ${fn("wrong")} } ${fn("good")}`, {}, "", "good"],
  [
    "a use with a new name",
    "use crate::other::named as kind;",
    { "other.rs": `${fn("wrong")} pub fn named() -> &'static str { "good" }` },
    "mod other;",
    "good",
  ],
  [
    "a re-export",
    "use crate::kind;",
    { "other.rs": fn("good"), "third.rs": fn("wrong") },
    "mod other; mod third; pub use other::kind;",
    "good",
  ],
  [
    "a re-export of a glob",
    "use crate::*;",
    { "other.rs": fn("good"), "third.rs": fn("wrong") },
    "mod other; mod third; pub use other::*;",
    "good",
  ],
  [
    "a glob passes over what is private",
    "use crate::third::*; use crate::other::*;",
    { "other.rs": fn("good"), "third.rs": fn("wrong", "") },
    "mod other; mod third;",
    "good",
  ],
  [
    "a list with self",
    "use crate::other::{self, kind};",
    { "other.rs": fn("good"), "third.rs": fn("wrong") },
    "mod other; mod third;",
    "good",
  ],
  [
    "a file that a path attribute names",
    "use crate::other::kind;",
    { "other.rs": fn("wrong"), "third.rs": fn("good") },
    '#[path = "third.rs"] mod other;',
    "good",
  ],
  [
    "a folder's mod.rs",
    "use crate::other::inner::kind;",
    { "other/mod.rs": "pub mod inner;", "other/inner.rs": fn("good"), "inner.rs": fn("wrong") },
    "mod other; mod inner;",
    "good",
  ],
  [
    "pub(super)",
    "use crate::other::kind;",
    { "other.rs": `mod inner { ${fn("good", "pub(super) ")} } pub use inner::kind; mod third { ${fn("wrong")} }` },
    "mod other;",
    "good",
  ],
];

describe("names in Rust", () => {
  it.each(FORMS)("%s", async (_name, more, files, lib, right) => {
    expect(await sqlOf(KIND, more, files, lib)).toEqual([`DROP TABLE ${right}`]);
  });

  it.each(FORMS)("%s, whichever file comes first", async (_name, more, files, lib, right) => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(await sqlOf(KIND, more, turned, lib)).toEqual([`DROP TABLE ${right}`]);
  });

  it.each([
    ["two globs", "use crate::a::*; use crate::b::*;", { "a.rs": fn("x"), "b.rs": fn("y") }, "mod a; mod b;"],
    ["two under cfg", `#[cfg(unix)] ${fn("x")} #[cfg(windows)] ${fn("y")}`, {}, ""],
    ["what is nowhere", "use crate::gone::kind;", { "other.rs": fn("x") }, "mod other;"],
    ["a glob of what is nowhere", "use crate::gone::*;", { "other.rs": fn("x") }, "mod other;"],
    ["another's without a use", "", { "other.rs": fn("x") }, "mod other;"],
    [
      "modules in a circle",
      "use crate::a::kind;",
      { "a.rs": "pub use crate::b::kind;", "b.rs": "pub use crate::a::kind;" },
      "mod a; mod b;",
    ],
  ])("%s is opaque", async (_name, more, files: Record<string, string>, lib) => {
    expect(await sqlOf(KIND, more, files, lib)).toBe("opaque");
  });

  it("lets a block's own names go first", async () => {
    expect(await sqlOf(`${fn("good", "")} ${KIND}`, fn("wrong"), {})).toEqual(["DROP TABLE good"]);
    expect(
      await sqlOf(`use crate::other::kind; ${KIND}`, fn("wrong"), { "other.rs": fn("good") }, "mod other;"),
    ).toEqual(["DROP TABLE good"]);
    expect(await sqlOf(`use crate::gone::*; ${KIND}`, fn("wrong"), {})).toBe("opaque");
  });

  it("drops the table of the Iden that is in scope", async () => {
    const iden = (name: string) => `#[derive(DeriveIden)] pub enum Thing { #[sea_orm(iden = "${name}")] Table }`;
    const send = "manager.drop_table(Table::drop().table(Thing::Table).to_owned()).await?;";
    const files = { "a.rs": iden("wrong"), "b.rs": iden("right") };
    expect(await sqlOf(send, "use crate::b::Thing;", files, "mod a; mod b;")).toEqual(['DROP TABLE "right"']);
    expect(await sqlOf(send, iden("right"), files, "mod a; mod b;")).toEqual(['DROP TABLE "right"']);
  });

  it("takes the constant that is in scope", async () => {
    const constant = (name: string) => `pub const SQL: &str = "DROP TABLE ${name}";`;
    const files = { "a.rs": constant("wrong"), "b.rs": constant("good") };
    const send = "db.execute_unprepared(SQL).await?;";
    expect(await sqlOf(send, "use crate::b::SQL;", files, "mod a; mod b;")).toEqual(["DROP TABLE good"]);
  });
});

/** The migrations that run, in order, or `blocked`. */
async function orderOf(body: string, more = ""): Promise<readonly string[] | "blocked"> {
  const names = ["m1_a", "m2_b", "m3_c"];
  const file = (name: string) => `use sea_orm_migration::prelude::*;
    #[derive(DeriveMigrationName)] pub struct Migration;
    #[async_trait::async_trait]
    impl MigrationTrait for Migration {
      async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE ${name}").await?; Ok(())
      }
    }`;
  const lib = `${names.map((name) => `mod ${name};`).join(" ")}
    pub struct Migrator;
    impl MigratorTrait for Migrator { fn migrations() -> Vec<Box<dyn MigrationTrait>> { ${body} } }
    ${more}`;
  const release = await readRelease(
    filesOf({ "lib.rs": lib, ...Object.fromEntries(names.map((name) => [`${name}.rs`, file(name)])) }),
  );
  if (release.coverage.pieces.length > 0 || release.findings.some(({ severity }) => severity === "error")) {
    return "blocked";
  }
  return release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql.replace("DROP TABLE ", "")));
}

describe("the migrator's list", () => {
  const box = (name: string) => `Box::new(${name}::Migration)`;
  const [a, b, c] = [box("m1_a"), box("m2_b"), box("m3_c")];
  const own = `fn first() -> Vec<Box<dyn MigrationTrait>> { vec![${a}] } fn second() -> Vec<Box<dyn MigrationTrait>> { vec![${c}, ${b}] }`;
  it.each([
    ["a list", `vec![${b}, ${a}, ${c}]`, ["m2_b", "m1_a", "m3_c"]],
    ["another function's", "first()", ["m1_a"]],
    ["a chain", "first().into_iter().chain(second()).collect()", ["m1_a", "m3_c", "m2_b"]],
    ["pushes", `let mut v = first(); v.push(${b}); v`, ["m1_a", "m2_b"]],
    ["an extend", "let mut v = second(); v.extend(first()); v", ["m3_c", "m2_b", "m1_a"]],
    [
      "a reverse",
      `let mut v: Vec<Box<dyn MigrationTrait>> = vec![${a}, ${b}, ${c}]; v.reverse(); v`,
      ["m3_c", "m2_b", "m1_a"],
    ],
    ["an insert", `let mut v = second(); v.insert(0, ${a}); v`, ["m1_a", "m3_c", "m2_b"]],
    ["a concat", "[first(), second()].concat()", ["m1_a", "m3_c", "m2_b"]],
    ["a rev", "second().into_iter().rev().collect()", ["m2_b", "m3_c"]],
    [
      "a push under a condition that is not known",
      `let mut v = first(); if std::env::var("X").is_ok() { v.push(${b}); } v`,
      null,
    ],
    ["an element under cfg", `vec![${a}, #[cfg(feature = "x")] ${b}]`, null],
    ["a push under cfg", `let mut v = first(); #[cfg(debug_assertions)] v.push(${b}); v`, null],
    ["a list of elsewhere", "other::migrations()", null],
    ["a list changed elsewhere", "let mut v = first(); other::change(&mut v); v", null],
    ["a sort by what is not known", "let mut v = second(); v.sort_by_key(|m| m.name().len()); v", null],
    ["two returns", `if cfg!(test) { return first(); } second()`, null],
    ["a drain", `let mut v = second(); let mut w = first(); w.extend(v.drain(1..)); w`, ["m1_a", "m2_b"]],
    ["a split_off", `let mut v = second(); let mut w = v.split_off(1); w.extend(v); w`, ["m2_b", "m3_c"]],
    ["a truncate", `let mut v = second(); v.truncate(1); v`, ["m3_c"]],
    ["a swap", `let mut v = second(); v.swap(0, 1); v`, ["m2_b", "m3_c"]],
    ["a remove", `let mut v = second(); drop(v.remove(0)); v`, ["m2_b"]],
    ["a pop", `let mut v = second(); v.pop(); v`, ["m3_c"]],
    ["a skip", "second().into_iter().skip(1).chain(first()).collect()", ["m2_b", "m1_a"]],
    ["a take of a number that is told", "const N: usize = 1; second().into_iter().take(N).collect()", ["m3_c"]],
    [
      "a sort by name",
      "let mut v = second(); v.extend(first()); v.sort_by(|x, y| x.name().cmp(y.name())); v",
      ["m1_a", "m2_b", "m3_c"],
    ],
    ["a filter by name", `second().into_iter().filter(|m| m.name() != "m3_c").collect()`, ["m2_b"]],
    ["a dedup", "let mut v = second(); v.dedup_by(|x, y| x.name() == y.name()); v", ["m3_c", "m2_b"]],
    ["a splice", `let mut v = second(); v.splice(0..1, first()); v`, ["m1_a", "m2_b"]],
    [
      "a list that a macro makes",
      `macro_rules! all { ($($m:ident),*) => { vec![$(Box::new($m::Migration) as Box<dyn MigrationTrait>),*] } } all!(m2_b, m1_a)`,
      ["m2_b", "m1_a"],
    ],
    ["a flatten", "vec![second(), first()].into_iter().flatten().collect()", ["m3_c", "m2_b", "m1_a"]],
    [
      "an option",
      `Some(${b}).into_iter().map(|m| m as Box<dyn MigrationTrait>).chain(first()).collect()`,
      ["m2_b", "m1_a"],
    ],
    ["an environment at build time", `let mut v = first(); if option_env!("X").is_some() { v.push(${b}); } v`, null],
    [
      "what a clock says",
      `let mut v = first(); if std::time::SystemTime::now().elapsed().is_ok() { v.push(${b}); } v`,
      null,
    ],
    ["a rotate", "let mut v = second(); v.rotate_left(1); v", ["m2_b", "m3_c"]],
    ["a list in a block", `{ let mut v = first(); v.push(${c}); v }`, ["m1_a", "m3_c"]],
    ["a match on a constant", `const WITH: bool = false; match WITH { true => second(), false => first() }`, ["m1_a"]],
    ["one migration twice", `vec![${a}, ${a}, ${b}]`, null],
    ["mem::take", "let mut v = second(); let w = std::mem::take(&mut v); v.extend(first()); drop(w); v", ["m1_a"]],
  ])("%s is right or blocks", async (_name, body, right) => {
    const found = await orderOf(body, own);
    if (found !== "blocked") expect(found).toEqual(right);
  });

  it("is followed through chains and pushes", async () => {
    expect(await orderOf("first().into_iter().chain(second()).collect()", own)).toEqual(["m1_a", "m3_c", "m2_b"]);
    expect(await orderOf(`let mut v = first(); v.push(${b}); v`, own)).toEqual(["m1_a", "m2_b"]);
    expect(await orderOf(`vec![${b}, ${a}, ${c}]`, own)).toEqual(["m2_b", "m1_a", "m3_c"]);
  });

  it.each([
    ["another ledger", 'fn migration_table_name() -> DynIden { Alias::new("my_migrations").into_iden()', "blocked"],
    ["a ledger that is not told", "fn migration_table_name() -> DynIden { other::name()", "blocked"],
    ["its own way up", "async fn up(db: &DbConn, steps: Option<u32>) -> Result<(), DbErr> { Ok(())", "blocked"],
    ["the usual ledger", 'fn migration_table_name() -> DynIden { Alias::new("seaql_migrations").into_iden()', ["m1_a"]],
  ])("of a migrator with %s", async (_name, method, right) => {
    expect(await orderOf(`vec![${a}] } ${method}`)).toEqual(right);
  });
});
