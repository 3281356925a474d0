import { describe, expect, it } from "vitest";
import { sqlOf } from "./body-sql.js";

const ENTITIES = `
pub mod owner {
  use sea_orm::entity::prelude::*;
  #[derive(Clone, Debug, DeriveEntityModel)]
  #[sea_orm(table_name = "owners")]
  pub struct Model { #[sea_orm(primary_key)] pub id: i64, #[sea_orm(unique)] pub email: String }
  #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
  pub enum Relation { #[sea_orm(has_many = "super::thing::Entity")] Thing }
}
pub mod thing {
  use sea_orm::entity::prelude::*;
  #[derive(Clone, EnumIter, DeriveActiveEnum)]
  #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
  pub enum Kind { #[sea_orm(string_value = "a")] A }
  #[derive(Clone, EnumIter, DeriveActiveEnum)]
  #[sea_orm(rs_type = "String", db_type = "Enum", enum_name = "mood")]
  pub enum Mood { #[sea_orm(string_value = "a")] A }
  #[derive(Clone, Debug, DeriveEntityModel)]
  #[sea_orm(table_name = "things")]
  pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)] pub id: Uuid,
    pub owner_id: i64,
    pub kind: Kind,
    pub mood: Option<Mood>,
    #[sea_orm(column_type = "Decimal(Some((10, 2)))")] pub price: Decimal,
    #[sea_orm(column_type = "Text", nullable)] pub note: String,
    #[sea_orm(default_value = 7)] pub rank: i16,
    #[sea_orm(default_expr = "Expr::current_timestamp()")] pub at: DateTimeUtc,
    #[sea_orm(column_name = "raw", indexed)] pub bytes: Vec<u8>,
    pub tags: Vec<String>,
    pub data: serde_json::Value,
    pub field_2: Option<bool>,
    #[sea_orm(ignore)] pub skipped: String,
  }
  #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
  pub enum Relation {
    #[sea_orm(belongs_to = "super::owner::Entity", from = "Column::OwnerId", to = "super::owner::Column::Id", on_delete = "Cascade")]
    Owner,
  }
}
pub mod link {
  use sea_orm::entity::prelude::*;
  #[derive(Clone, Debug, DeriveEntityModel)]
  #[sea_orm(table_name = "links", schema_name = "app")]
  pub struct Model { #[sea_orm(primary_key)] pub a: i32, #[sea_orm(primary_key)] pub b: i32, #[sea_orm(unique_key = "both")] pub c: f64, #[sea_orm(unique_key = "both")] pub d: i8 }
  #[derive(Copy, Clone, Debug, EnumIter)]
  pub enum Relation { A, B }
  impl RelationTrait for Relation {
    fn def(&self) -> RelationDef {
      match self {
        Self::A => Entity::belongs_to(super::owner::Entity).from(Column::A).to(super::owner::Column::Id).into(),
        Self::B => Entity::has_many(super::thing::Entity).into(),
      }
    }
  }
}`;

const create = (entity: string, more = "") =>
  `let schema = sea_orm::Schema::new(manager.get_database_backend());
   manager.create_table(schema.create_table_from_entity(${entity}::Entity)${more}).await?;`;

describe("statements that SeaORM makes of entities", () => {
  it("are tables with keys, defaults and uniqueness", async () => {
    expect(await sqlOf(create("owner"), ENTITIES)).toEqual([
      'CREATE TABLE "owners" ("id" bigserial NOT NULL PRIMARY KEY, "email" varchar NOT NULL UNIQUE)',
    ]);
    expect(await sqlOf(create("owner", ".if_not_exists().to_owned()"), ENTITIES)).toEqual([
      'CREATE TABLE IF NOT EXISTS "owners" ("id" bigserial NOT NULL PRIMARY KEY, "email" varchar NOT NULL UNIQUE)',
    ]);
  });

  it("have the types of fields, and the relations that they point with", async () => {
    expect(await sqlOf(create("thing"), ENTITIES)).toEqual([
      [
        'CREATE TABLE "things" ("id" uuid NOT NULL PRIMARY KEY, "owner_id" bigint NOT NULL, "kind" varchar(16) NOT NULL, "mood" mood,',
        '"price" decimal(10, 2) NOT NULL, "note" text, "rank" smallint NOT NULL DEFAULT 7,',
        '"at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP, "raw" bytea NOT NULL, "tags" varchar[] NOT NULL,',
        '"data" json NOT NULL, "field_2" bool,',
        'CONSTRAINT "fk-things-owner_id" FOREIGN KEY ("owner_id") REFERENCES "owners" ("id") ON DELETE CASCADE)',
      ].join(" "),
    ]);
  });

  it("have a key of several columns, a schema, and relations that are written by hand", async () => {
    expect(await sqlOf(create("link"), ENTITIES)).toEqual([
      'CREATE TABLE "app"."links" ("a" integer NOT NULL, "b" integer NOT NULL, "c" double precision NOT NULL, "d" smallint NOT NULL, CONSTRAINT "pk-links" PRIMARY KEY ("a", "b"), CONSTRAINT "fk-links-a" FOREIGN KEY ("a") REFERENCES "owners" ("id"))',
    ]);
  });

  it("are indexes", async () => {
    const send = (entity: string) =>
      `for index in Schema::new(DbBackend::Postgres).create_index_from_entity(${entity}::Entity) { manager.create_index(index).await?; }`;
    expect(await sqlOf(send("thing"), ENTITIES)).toEqual(['CREATE INDEX "idx-things-raw" ON "things" ("raw")']);
    expect(await sqlOf(send("link"), ENTITIES)).toEqual([
      'CREATE UNIQUE INDEX "idx-links-both" ON "app"."links" ("c", "d")',
    ]);
  });

  it.each([
    ["an attribute that is not known", "pub id: i64,", "#[sea_orm(primary_key)] #[sea_orm(twisted)] pub id: i64,"],
    ["a field that the build may lack", "pub email: String", '#[cfg(feature = "x")] pub email: String'],
    ["a type that is not known", "pub email: String", "pub email: other::Email"],
    ["names by a rule", '"owners")', '"owners", rename_all = "UPPERCASE")'],
    [
      "a macro around the model",
      "#[derive(Clone, Debug, DeriveEntityModel)]",
      "#[sea_orm::model] #[derive(Clone, DeriveEntityModel)]",
    ],
    [
      "a wrapper that is not known",
      "pub email: String",
      "pub email: Email } pub struct Email(String); pub struct Other {",
    ],
    ["a relation without columns", 'has_many = "super::thing::Entity"', 'belongs_to = "super::thing::Entity"'],
  ])("are opaque with %s", async (_name, from, to) => {
    expect(await sqlOf(create("owner"), ENTITIES.replace(from, to))).toBe("opaque");
  });

  it("are opaque for another database, and for an entity of elsewhere", async () => {
    const sqlite = create("owner").replace("manager.get_database_backend()", "DbBackend::Sqlite");
    expect(await sqlOf(sqlite, ENTITIES)).toBe("opaque");
    expect(await sqlOf(create("other"), ENTITIES)).toBe("opaque");
  });
});

describe("values and queries of sea-query", () => {
  const insert = (value: string) =>
    `let query = Query::insert().into_table(Alias::new("a")).columns([Alias::new("b")]).values_panic([${value}]).to_owned();`;
  const column = (value: string) =>
    `manager.alter_table(Table::alter().table(Alias::new("a")).add_column(ColumnDef::new(Alias::new("b")).json_binary().not_null().default(${value})).to_owned()).await?;`;
  const added = (value: string) => [`ALTER TABLE "a" ADD COLUMN "b" jsonb NOT NULL DEFAULT ${value}`];

  it("are built into a text and its values", async () => {
    const sent = [`INSERT INTO "a" ("b") VALUES ('$1 x')`];
    const build = "let (sql, values) = query.build(PostgresQueryBuilder);";
    const from = "db.execute(Statement::from_sql_and_values(DbBackend::Postgres, &sql, values)).await?;";
    expect(await sqlOf(`${insert('"$1 x".into()')} ${build} ${from}`)).toEqual(sent);
    expect(await sqlOf(`${insert('"$1 x".into()')} ${build.replace("Postgres", "Mysql")} ${from}`)).toBe("opaque");
    const text = "db.execute_unprepared(&query.to_string(PostgresQueryBuilder)).await?;";
    expect(await sqlOf(`${insert('"$1 x".into()')} ${text}`)).toEqual(sent);
  });

  it("may be JSON, arrays and the empty UUID", async () => {
    expect(await sqlOf(column("serde_json::json!([])"))).toEqual(added("'[]'"));
    expect(await sqlOf(column('json!({ "a": [1, null, "it\'s"] })'))).toEqual(added(`'{"a":[1,null,"it''s"]}'`));
    expect(await sqlOf(column("Uuid::nil()"))).toEqual(added("'00000000-0000-0000-0000-000000000000'"));
    expect(
      await sqlOf(column('Value::Array(ArrayType::String, Some(Box::new(vec!["a".into(), "b".into()])))')),
    ).toEqual(added("ARRAY ['a','b']"));
    expect(await sqlOf(column("Value::Array(ArrayType::String, Some(Box::new(vec![])))"))).toEqual(added("'{}'"));
  });

  it.each(['json!({ "b": 1, "a": 2 })', "json!([x])", "json!({ a: 1 })", "json!([1.5])", "json!([1,])"])(
    "%s is opaque",
    async (value) => {
      expect(await sqlOf(column(value))).toBe("opaque");
    },
  );

  it("may go through the variants of an enum", async () => {
    const send = (list: string) =>
      `for kind in ${list} { db.execute_unprepared(&format!("DROP TABLE {}", kind.to_string())).await?; }`;
    const iden = (derive: string, more = "") => `#[derive(DeriveIden, ${derive})] enum Kind { ${more} First, Second }`;
    const right = ["DROP TABLE first", "DROP TABLE second"];
    expect(await sqlOf(send("Kind::iter()"), iden("EnumIter"))).toEqual(right);
    expect(await sqlOf(send("enum_iterator::all::<Kind>()"), iden("Sequence"))).toEqual(right);
    expect(await sqlOf(`use enum_iterator::all; ${send("all::<Kind>()")}`, iden("Sequence"))).toEqual(right);
    expect(await sqlOf(send("Kind::iter()"), iden("Debug"))).toBe("opaque");
    expect(await sqlOf(send("Kind::iter()"), iden("EnumIter", "#[strum(disabled)]"))).toBe("opaque");
    expect(await sqlOf(send("Kind::iter()"), iden("EnumIter", '#[cfg(feature = "x")]'))).toBe("opaque");
  });
});
