import { beforeAll, describe, expect, it } from "vitest";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { loadRustParser } from "../../../lib/core/rust/syntax/parse-rust.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readApplication } from "../../../lib/core/workload/read-sources.js";

beforeAll(async () => {
  await Promise.all([loadParser(), loadRustParser()]);
});

const file = (path: string, text: string) => readSourceFile({ path, bytes: Buffer.from(text) }).file;

const CAKE = `
use sea_orm::entity::prelude::*;
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cake")]
pub struct Model {
  #[sea_orm(primary_key)]
  pub id: i32,
  pub name: String,
  #[sea_orm(column_name = "type")]
  pub kind: Option<Kind>,
}
#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "cake_kind")]
pub enum Kind {
  #[sea_orm(string_value = "sweet")]
  Sweet,
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
`;
const SLICE = `
use sea_orm::entity::prelude::*;
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(schema_name = "shop", table_name = "slice")]
pub struct Model {
  #[sea_orm(primary_key, auto_increment = false)]
  pub cake_id: i32,
  #[sea_orm(primary_key, auto_increment = false)]
  pub no: i32,
  pub eaten_at: Option<DateTimeUtc>,
}
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
`;
const ENTITIES = [
  file(
    "src/entities/mod.rs",
    "pub mod cake;\npub mod slice;\npub mod prelude { pub use super::cake::Entity as Cake; }",
  ),
  file("src/entities/cake.rs", CAKE),
  file("src/entities/slice.rs", SLICE),
];
const CAKES = '"cake"."id", "cake"."name", CAST("cake"."type" AS text)';
const RETURNED = '"id", "name", CAST("type" AS text)';
const SLICES = '"slice"."cake_id", "slice"."no", "slice"."eaten_at"';

function read(body: string) {
  const code = `use sea_orm::{*, sea_query::Expr};\nuse crate::entities::{cake, slice, prelude::*};\nasync fn f(db: &DatabaseConnection, id: i32, name: &str, row: cake::Model) -> Result<(), DbErr> { ${body}; Ok(()) }`;
  const lib = file("src/lib.rs", "mod entities;\nmod a;");
  return readApplication([lib, ...ENTITIES, file("src/a.rs", code)], null);
}

describe("what SeaORM sends", () => {
  // Compared with what SeaORM 1.1 itself writes for the same code.
  it.each([
    ["cake::Entity::find().all(db).await?", `SELECT ${CAKES} FROM "cake"`],
    ["Cake::find().one(db).await?", `SELECT ${CAKES} FROM "cake" LIMIT $`],
    ["cake::Entity::find_by_id(id).one(db).await?", `SELECT ${CAKES} FROM "cake" WHERE ("cake"."id" = $) LIMIT $`],
    [
      "slice::Entity::find_by_id((id, 1)).one(db).await?",
      `SELECT ${SLICES} FROM "shop"."slice" WHERE ("slice"."cake_id" = $ AND "slice"."no" = $) LIMIT $`,
    ],
    [
      "Cake::find().filter(cake::Column::Name.contains(name)).filter(cake::Column::Kind.is_null().or(cake::Column::Kind.eq(cake::Kind::Sweet))).order_by_desc(cake::Column::Id).limit(3).offset(6).all(db).await?",
      `SELECT ${CAKES} FROM "cake" WHERE ("cake"."name" LIKE $) AND (("cake"."type" IS NULL) OR ("cake"."type" = CAST($ AS "cake_kind"))) ORDER BY "cake"."id" DESC LIMIT $ OFFSET $`,
    ],
    [
      'Cake::find().filter(Condition::any().add(cake::Column::Id.is_in([1, 2])).add(cake::Column::Name.between("a", name))).count(db).await?',
      `SELECT COUNT(*) AS num_items FROM (SELECT ${CAKES} FROM "cake" WHERE (("cake"."id" IN ($)) OR ("cake"."name" BETWEEN $ AND $))) AS sub_query`,
    ],
    [
      "cake::Entity::find().select_only().column(cake::Column::Name).columns([cake::Column::Id, cake::Column::Kind]).distinct().into_tuple::<(String, i32)>().all(db).await?",
      'SELECT DISTINCT "cake"."name", "cake"."id", CAST("cake"."type" AS text) FROM "cake"',
    ],
    [
      "slice::Entity::find().order_by(slice::Column::No, Order::Asc).lock_exclusive().paginate(db, 10).fetch_page(1).await?",
      `SELECT ${SLICES} FROM "shop"."slice" ORDER BY "slice"."no" ASC LIMIT $ OFFSET $ FOR UPDATE`,
    ],
    [
      'cake::ActiveModel { name: Set("x".to_owned()), kind: Set(None), ..Default::default() }.insert(db).await?',
      `INSERT INTO "cake" ("name", "type") VALUES ($, CAST($ AS "cake_kind")) RETURNING ${RETURNED}`,
    ],
    [
      'let mut new = cake::ActiveModel { id: NotSet, name: Set("x".to_owned()), kind: NotSet }; new.kind = Set(None); Cake::insert(new).exec(db).await?',
      'INSERT INTO "cake" ("name", "type") VALUES ($, CAST($ AS "cake_kind")) RETURNING "id"',
    ],
    [
      "let mut old: cake::ActiveModel = row.into(); old.name = Set(name.to_owned()); old.update(db).await?",
      `UPDATE "cake" SET "name" = $ WHERE ("cake"."id" = $) RETURNING ${RETURNED}`,
    ],
    [
      "slice::Entity::update_many().col_expr(slice::Column::EatenAt, Expr::value(None::<DateTime>)).filter(slice::Column::CakeId.eq(id)).exec(db).await?",
      'UPDATE "shop"."slice" SET "eaten_at" = $ WHERE ("slice"."cake_id" = $)',
    ],
    ["cake::Entity::delete_by_id(id).exec(db).await?", 'DELETE FROM "cake" WHERE ("cake"."id" = $)'],
    [
      "slice::Entity::delete_many().filter(slice::Column::EatenAt.lt(now())).exec(db).await?",
      'DELETE FROM "shop"."slice" WHERE ("slice"."eaten_at" < $)',
    ],
    [
      'Cake::find().filter(cake::Column::Kind.like("s%")).filter(cake::Column::Kind.between("a", "b")).filter(cake::Column::Kind.is_in([cake::Kind::Sweet])).all(db).await?',
      `SELECT ${CAKES} FROM "cake" WHERE ("cake"."type" LIKE $) AND ("cake"."type" BETWEEN $ AND $) AND ("cake"."type" IN (CAST($ AS "cake_kind")))`,
    ],
    [
      'Cake::find().filter(Expr::col(cake::Column::Kind).eq("sweet")).all(db).await?',
      `SELECT ${CAKES} FROM "cake" WHERE ("type" = $)`,
    ],
    [
      "Cake::find().filter(cake::Column::Id.gt(id)).order_by_asc(cake::Column::Name).limit(3).count(db).await?",
      `SELECT COUNT(*) AS num_items FROM (SELECT ${CAKES} FROM "cake" WHERE ("cake"."id" > $)) AS sub_query`,
    ],
    ["Cake::find().limit(None).all(db).await?", `SELECT ${CAKES} FROM "cake"`],
    [
      'Cake::update_many().col_expr(cake::Column::Name, Expr::value("x")).filter(cake::Column::Id.eq(id)).exec_with_returning(db).await?',
      `UPDATE "cake" SET "name" = $ WHERE ("cake"."id" = $) RETURNING ${RETURNED}`,
    ],
    [
      "Cake::delete_many().filter(cake::Column::Id.eq(id)).exec_with_returning(db).await?",
      `DELETE FROM "cake" WHERE ("cake"."id" = $) RETURNING ${RETURNED}`,
    ],
    [
      'let mut new = cake::ActiveModel { name: Set("x".to_owned()), ..Default::default() }; info!("{new:?}"); new.clone().is_changed(); new.insert(db).await?',
      `INSERT INTO "cake" ("name") VALUES ($) RETURNING ${RETURNED}`,
    ],
  ])("%s", (code, sql) => {
    const { queries, unexamined } = read(code);
    expect(unexamined).toEqual([]);
    expect(queries.map(({ text, sources }) => [text.replace(/\$\d+/g, "$"), sources[0]?.place])).toEqual([
      [sql, "src/a.rs:3"],
    ]);
  });

  it.each([
    "Cake::find().filter(condition(id)).all(db).await?",
    "let all = Cake::find(); all.all(db).await?",
    "Cake::find().filter(cake::Column::Id.in_subquery(q)).all(db).await?",
    "Cake::find().find_also_related(slice::Entity).all(db).await?",
    "row.find_related(slice::Entity).all(db).await?",
    "Cake::find().inner_join(slice::Entity).all(db).await?",
    "Cake::find().into_partial_model::<Short>().all(db).await?",
    "Cake::find().apply_if(Some(1), |q, v| q.filter(cake::Column::Id.eq(v))).all(db).await?",
    "row.into_active_model().update(db).await?",
    "made(id).insert(db).await?",
    "let mut a: cake::ActiveModel = row.into(); if id > 1 { a.name = Set(name.to_owned()); } a.update(db).await?",
    "let mut a: cake::ActiveModel = row.into(); change(&mut a); a.update(db).await?",
    "let mut a: cake::ActiveModel = row.into(); a.name = Set(x); a.set(cake::Column::Kind, v); a.update(db).await?",
    "let mut a: cake::ActiveModel = row.into(); a.name = Set(x); a.kind.set_if_not_equals(v); a.update(db).await?",
    "let mut a: cake::ActiveModel = row.into(); a.name = Set(x); a.reset(cake::Column::Kind); a.update(db).await?",
    "let mut a = cake::ActiveModel { name: Set(x), ..Default::default() }; a.name.take(); a.insert(db).await?",
    "let mut a = cake::ActiveModel { name: Set(x), ..Default::default() }; fill!(a, kind); a.insert(db).await?",
    "cake::ActiveModel { name: Set(x), ..my::default() }.insert(db).await?",
    "Cake::find().filter(Expr::col(cake::Column::Name).eq(Expr::col(other))).all(db).await?",
    "tokio::try_join!(cake::Entity::find().all(db))?",
    "let all = vec![Cake::find_by_id(id).one(db).await?]",
    "cake::ActiveModel { name, ..Default::default() }.insert(db).await?",
    "cake::ActiveModel { name: Set(x), ..other() }.save(db).await?",
    "Cake::insert_many(rows).exec(db).await?",
    "Cake::insert(a(id)).on_conflict(OnConflict::new().do_nothing().to_owned()).exec(db).await?",
    "others::Entity::find().all(db).await?",
    "Cake::update_many().col_expr(cake::Column::Id, Expr::col(cake::Column::Id).add(1)).exec(db).await?",
    "Cake::find().filter(cake::Column::Name.eq(Expr::col(cake::Column::Id))).all(db).await?",
  ])("counts by its place what cannot be told: %s", (code) => {
    const { queries, unexamined } = read(code);
    expect(queries).toEqual([]);
    expect(unexamined).toEqual([{ reason: "query-builder", count: 1, calls: null, places: ["src/a.rs:3 (SeaORM)"] }]);
  });

  it("knows entities of another crate of the workspace, and attributes that a derive reads", () => {
    const manifest = (name: string) => `[package]\nname = "${name}"\nversion = "1.0.0"\n`;
    const find = "pub async fn f(db: &DatabaseConnection) { cake::Entity::find().count(db).await.unwrap(); }";
    const shown = (attribute: string, use = "") => {
      const model = CAKE.replace("#[sea_orm(table_name", `${attribute}\n#[sea_orm(table_name`);
      const { queries, unexamined } = readApplication(
        [
          file("Cargo.toml", '[workspace]\nmembers = ["the-entities", "app"]\n'),
          file("the-entities/Cargo.toml", manifest("the-entities")),
          file("the-entities/src/lib.rs", "pub mod cake;"),
          file("the-entities/src/cake.rs", `${use}\n${model}`),
          file("app/Cargo.toml", manifest("app")),
          file("app/src/main.rs", `use sea_orm::*;\nuse the_entities::cake;\n${find}`),
        ],
        null,
      );
      return [queries.length, unexamined.length];
    };
    expect(shown("")).toEqual([1, 0]);
    expect(shown('#[oai(rename = "Cake")]')).toEqual([1, 0]);
    expect(shown("#[changed]", "use macros::changed;")).toEqual([0, 1]);
    expect(shown("#[changed]", "use macros::*;")).toEqual([0, 1]);
    expect(shown("#[macros::changed]")).toEqual([0, 1]);
    expect(shown('#[cfg_attr(feature = "a", sea_orm(rename_all = "camelCase"))]')).toEqual([0, 1]);
  });

  const withBehaviour = (behaviour: string, code: string, other = "") => {
    const entity = CAKE.replace("impl ActiveModelBehavior for ActiveModel {}", behaviour);
    const f = `use sea_orm::*;\nuse crate::cake;\npub async fn f(db: &DatabaseConnection, row: cake::Model) { ${code}; }`;
    const { queries, unexamined } = readApplication(
      [
        file("src/lib.rs", "mod cake; mod a; mod more;"),
        file("src/cake.rs", entity),
        file("src/a.rs", f),
        file("src/more.rs", other),
      ],
      null,
    );
    return queries[0]?.text ?? unexamined[0]?.reason;
  };

  it.each([
    ["Default::default()", "query-builder"],
    ["cake::ActiveModel::default()", "query-builder"],
    ["<cake::ActiveModel as ActiveModelTrait>::default()", 'INSERT INTO "cake" ("name") VALUES ($1) RETURNING "id"'],
  ])("knows that an entity's own new() sets columns: ..%s", (base, told) => {
    const made = "impl ActiveModelBehavior for ActiveModel { fn new() -> Self { with(3) } }";
    const code = `cake::Entity::insert(cake::ActiveModel { name: Set(x), ..${base} }).exec(db).await`;
    expect(withBehaviour(made, code)).toBe(told);
  });

  it("knows that before_save sets columns where it is called, wherever it stands", () => {
    const hook = (type: string) =>
      `#[async_trait::async_trait]\nimpl ActiveModelBehavior for ${type} { async fn before_save<C>(self, db: &C, insert: bool) -> Result<Self, DbErr> { Ok(self) } }`;
    const update = "let mut a: cake::ActiveModel = row.into(); a.name = Set(x); a.update(db).await";
    const set = `UPDATE "cake" SET "name" = $1 WHERE ("cake"."id" = $2) RETURNING ${RETURNED}`;
    const insert = "cake::Entity::insert(cake::ActiveModel { name: Set(x), ..Default::default() }).exec(db).await";
    expect(withBehaviour("impl ActiveModelBehavior for ActiveModel {}", update)).toBe(set);
    expect(withBehaviour(hook("ActiveModel"), update)).toBe("query-builder");
    expect(withBehaviour("", update, hook("crate::cake::ActiveModel"))).toBe("query-builder");
    expect(withBehaviour("", update)).toBe("query-builder");
    expect(withBehaviour(hook("ActiveModel"), insert)).toBe('INSERT INTO "cake" ("name") VALUES ($1) RETURNING "id"');
  });

  it("reads the name of an enum that is not written, and a field that is no column", () => {
    const entity = CAKE.replace(', enum_name = "cake_kind"', "").replace(
      "pub name: String,",
      "pub name: String,\n  #[sea_orm(nullable, ignore)]\n  pub extra: i32,",
    );
    const code =
      "use sea_orm::*;\nuse crate::cake;\npub async fn f(db: &DatabaseConnection) { cake::Entity::find().filter(cake::Column::Kind.eq(x)).all(db).await; }";
    const { queries } = readApplication(
      [file("src/lib.rs", "mod cake; mod a;"), file("src/cake.rs", entity), file("src/a.rs", code)],
      null,
    );
    expect(queries.map(({ text }) => text)).toEqual([
      `SELECT ${CAKES} FROM "cake" WHERE ("cake"."type" = CAST($1 AS "Kind"))`,
    ]);
  });

  it("leaves out what a migration asks", () => {
    const code =
      "use sea_orm::*;\nimpl MigrationTrait for M { async fn up(&self) { cake::Entity::find().all(db).await } }";
    expect(readApplication([...ENTITIES, file("src/m1.rs", code)], null)).toMatchObject({
      queries: [],
      unexamined: [],
    });
  });

  it.each([
    "let mut seen = HashSet::new(); seen.insert(id)",
    "rows.iter().find(|row| row.id == id)",
    "Regex::find(&pattern, name)",
    "rows.iter().all(|row| row.id > 1)",
  ])("takes nothing else for a query: %s", (code) => {
    expect(read(code)).toMatchObject({ queries: [], unexamined: [] });
  });
});
