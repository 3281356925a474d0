import { beforeAll, expect, it } from "vitest";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { loadRustParser } from "../../../lib/core/rust/syntax/parse-rust.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readApplication } from "../../../lib/core/workload/read-sources.js";

beforeAll(async () => {
  await Promise.all([loadParser(), loadRustParser()]);
});

const file = (path: string, text: string) => readSourceFile({ path, bytes: Buffer.from(text) }).file;

const entity = (table: string, fields: string, relations: string, related: string) => `
use sea_orm::entity::prelude::*;
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "${table}")]
pub struct Model { ${fields} }
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation { ${relations} }
${related}
impl ActiveModelBehavior for ActiveModel {}
`;
const KEY = "#[sea_orm(primary_key)] pub id: i32,";
const FILES = [
  file("src/lib.rs", "mod entities;\nmod a;"),
  file("src/entities/mod.rs", "pub mod cake; pub mod fruit; pub mod filling; pub mod cake_filling; pub mod odd;"),
  file(
    "src/entities/cake.rs",
    entity(
      "cake",
      `${KEY} pub name: String,`,
      '#[sea_orm(has_many = "super::fruit::Entity")] Fruit,',
      `impl Related<super::fruit::Entity> for Entity { fn to() -> RelationDef { Relation::Fruit.def() } }
       impl Related<super::filling::Entity> for Entity {
         fn to() -> RelationDef { super::cake_filling::Relation::Filling.def() }
         fn via() -> Option<RelationDef> { Some(super::cake_filling::Relation::Cake.def().rev()) }
       }`,
    ),
  ),
  file(
    "src/entities/fruit.rs",
    entity(
      "fruit",
      `${KEY} pub cake_id: Option<i32>,`,
      '#[sea_orm(belongs_to = "super::cake::Entity", from = "Column::CakeId", to = "super::cake::Column::Id")] Cake,',
      "impl Related<super::cake::Entity> for Entity { fn to() -> RelationDef { Relation::Cake.def() } }",
    ),
  ),
  file("src/entities/filling.rs", entity("filling", `${KEY} pub name: String,`, "", "")),
  file(
    "src/entities/cake_filling.rs",
    entity(
      "cake_filling",
      "#[sea_orm(primary_key)] pub cake_id: i32, #[sea_orm(primary_key)] pub filling_id: i32,",
      `#[sea_orm(belongs_to = "super::cake::Entity", from = "Column::CakeId", to = "super::cake::Column::Id")] Cake,
       #[sea_orm(belongs_to = "super::filling::Entity", from = "Column::FillingId", to = "super::filling::Column::Id")] Filling,`,
      "",
    ),
  ),
  file(
    "src/entities/odd.rs",
    entity(
      "odd",
      `${KEY} pub cake_id: i32,`,
      `#[sea_orm(belongs_to = "super::cake::Entity", from = "Column::CakeId", to = "super::cake::Column::Id", on_condition = r#"Column::Id.gt(3)"#)] Cake,`,
      "impl Related<super::cake::Entity> for Entity { fn to() -> RelationDef { Relation::Cake.def() } }",
    ),
  ),
];

function read(body: string) {
  const code = `use sea_orm::*;\nuse sea_orm::sea_query::OnConflict;\nuse crate::entities::*;\nasync fn f(db: &DatabaseConnection, id: i32, row: &cake::Model) -> Result<(), DbErr> { ${body}; Ok(()) }`;
  return readApplication([...FILES, file("src/a.rs", code)], null);
}

const CAKE = '"cake"."id", "cake"."name"';
const FRUIT = '"fruit"."id", "fruit"."cake_id"';
const PAIR =
  '"cake"."id" AS "A_id", "cake"."name" AS "A_name", "fruit"."id" AS "B_id", "fruit"."cake_id" AS "B_cake_id"';
const ON = '"cake"."id" = "fruit"."cake_id"';
const VIA = 'JOIN "cake_filling" ON "cake"."id" = "cake_filling"."cake_id"';

// As SeaORM's own documentation and tests write them.
it.each([
  [
    "cake::Entity::find().inner_join(fruit::Entity).all(db).await?",
    `SELECT ${CAKE} FROM "cake" INNER JOIN "fruit" ON ${ON}`,
  ],
  [
    "fruit::Entity::find().left_join(cake::Entity).filter(cake::Column::Name.eq(name)).order_by_asc(fruit::Column::Id).all(db).await?",
    `SELECT ${FRUIT} FROM "fruit" LEFT JOIN "cake" ON "fruit"."cake_id" = "cake"."id" WHERE ("cake"."name" = $) ORDER BY "fruit"."id" ASC`,
  ],
  [
    "cake::Entity::find().join(JoinType::RightJoin, cake::Relation::Fruit.def()).count(db).await?",
    `SELECT COUNT(*) AS num_items FROM (SELECT ${CAKE} FROM "cake" RIGHT JOIN "fruit" ON ${ON}) AS sub_query`,
  ],
  [
    "fruit::Entity::find().join(JoinType::InnerJoin, cake::Relation::Fruit.def().rev()).all(db).await?",
    `SELECT ${FRUIT} FROM "fruit" INNER JOIN "cake" ON "fruit"."cake_id" = "cake"."id"`,
  ],
  [
    "cake::Entity::find().inner_join(filling::Entity).all(db).await?",
    `SELECT ${CAKE} FROM "cake" INNER ${VIA} INNER JOIN "filling" ON "cake_filling"."filling_id" = "filling"."id"`,
  ],
  [
    "cake::Entity::find_by_id(id).find_also_related(fruit::Entity).one(db).await?",
    `SELECT ${PAIR} FROM "cake" LEFT JOIN "fruit" ON ${ON} WHERE ("cake"."id" = $) LIMIT $`,
  ],
  [
    "cake::Entity::find().find_with_related(fruit::Entity).all(db).await?",
    `SELECT ${PAIR} FROM "cake" LEFT JOIN "fruit" ON ${ON} ORDER BY "cake"."id" ASC`,
  ],
  [
    "row.find_related(fruit::Entity).filter(fruit::Column::Id.gt(id)).all(db).await?",
    `SELECT ${FRUIT} FROM "fruit" INNER JOIN "cake" ON ${ON} WHERE ("cake"."id" = $) AND ("fruit"."id" > $)`,
  ],
  [
    "row.find_related(filling::Entity).one(db).await?",
    `SELECT "filling"."id", "filling"."name" FROM "filling" INNER JOIN "cake_filling" ON "cake_filling"."filling_id" = "filling"."id" INNER ${'JOIN "cake" ON "cake"."id" = "cake_filling"."cake_id"'} WHERE ("cake"."id" = $) LIMIT $`,
  ],
  [
    'cake::Entity::find().select_only().column_as(cake::Column::Id.max(), "last").column(cake::Column::Name).group_by(cake::Column::Name).into_tuple::<(i32, String)>().all(db).await?',
    'SELECT MAX("cake"."id") AS "last", "cake"."name" FROM "cake" GROUP BY "cake"."name"',
  ],
  [
    "cake::Entity::insert(cake::ActiveModel { id: Set(1), name: Set(n) }).on_conflict(OnConflict::column(cake::Column::Id).update_column(cake::Column::Name).to_owned()).exec(db).await?",
    'INSERT INTO "cake" ("id", "name") VALUES ($, $) ON CONFLICT ("id") DO UPDATE SET "name" = "excluded"."name" RETURNING "id"',
  ],
  [
    "cake_filling::Entity::insert(cake_filling::ActiveModel { cake_id: Set(1), filling_id: Set(2) }).on_conflict(OnConflict::columns([cake_filling::Column::CakeId, cake_filling::Column::FillingId]).do_nothing().to_owned()).exec_without_returning(db).await?",
    'INSERT INTO "cake_filling" ("cake_id", "filling_id") VALUES ($, $) ON CONFLICT ("cake_id", "filling_id") DO NOTHING',
  ],
  ["row.delete(db).await?", 'DELETE FROM "cake" WHERE ("cake"."id" = $)'],
])("%s", (code, sql) => {
  const { queries, unexamined } = read(code);
  expect(unexamined).toEqual([]);
  expect(queries.map(({ text }) => text.replace(/\$\d+/g, "$"))).toEqual([sql]);
});

it("knows a row by the query that has read it", () => {
  const { queries } = read(
    "let one = fruit::Entity::find_by_id(id).one(db).await?.unwrap(); one.find_related(cake::Entity).one(db).await?; one.delete(db).await?",
  );
  expect(queries.map(({ text }) => text.replace(/\$\d+/g, "$")).sort()).toEqual([
    'DELETE FROM "fruit" WHERE ("fruit"."id" = $)',
    `SELECT ${CAKE} FROM "cake" INNER JOIN "fruit" ON "fruit"."cake_id" = "cake"."id" WHERE ("fruit"."id" = $) LIMIT $`,
    `SELECT ${FRUIT} FROM "fruit" WHERE ("fruit"."id" = $) LIMIT $`,
  ]);
});

it.each([
  // A condition of its own, an entity that says nothing, a row of which the type is not written, another kind of join.
  "odd::Entity::find().inner_join(cake::Entity).all(db).await?",
  "filling::Entity::find().inner_join(cake::Entity).all(db).await?",
  "let other = made(id); other.find_related(fruit::Entity).all(db).await?",
  "cake::Entity::find().join(kind, cake::Relation::Fruit.def()).all(db).await?",
  "cake::Entity::find().join_as(JoinType::LeftJoin, cake::Relation::Fruit.def(), alias).all(db).await?",
  "cake::Entity::insert(cake::ActiveModel { name: Set(n), ..Default::default() }).on_conflict(made()).exec(db).await?",
  'cake::Entity::find().select_only().column_as(Expr::cust("1"), "one").into_tuple::<i32>().one(db).await?',
])("counts what cannot be told: %s", (code) => {
  const { queries, unexamined } = read(code);
  expect(queries).toEqual([]);
  expect(unexamined).toMatchObject([{ reason: "query-builder", count: 1 }]);
});
