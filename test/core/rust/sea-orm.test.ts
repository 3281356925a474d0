import { describe, expect, it } from "vitest";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { filesOf } from "../../support/release-files.js";

const LIB = `pub struct Migrator;
impl MigratorTrait for Migrator {
  fn migrations() -> Vec<Box<dyn MigrationTrait>> { vec![Box::new(m20240101_000001_first::Migration)] }
}`;

function migration(up: string, more = "", down = "Ok(())"): string {
  return `use sea_orm_migration::{prelude::*, schema::*};
#[derive(DeriveMigrationName)]
pub struct Migration;
#[async_trait::async_trait]
impl MigrationTrait for Migration {
  async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> { ${up} }
  async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> { ${down} }
}
#[derive(DeriveIden)]
enum User { Table, Id, #[sea_orm(iden = "mail")] Email, CreatedAt, Age }
${more}`;
}

async function read(up: string, more = "", others: Record<string, string> = {}, down?: string) {
  return readRelease(filesOf({ "lib.rs": LIB, "m20240101_000001_first.rs": migration(up, more, down), ...others }));
}

async function sqlOf(up: string, more = "", others: Record<string, string> = {}): Promise<string[]> {
  const release = await read(up, more, others);
  expect(release.coverage.pieces).toEqual([]);
  return release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql));
}

async function reasonsOf(up: string, more = ""): Promise<string[]> {
  return (await read(up, more)).coverage.pieces.map(({ reason, source }) => `${source.line} ${reason}`);
}

const table = (calls: string) => `manager.create_table(Table::create().table(User::Table)${calls}.to_owned()).await`;

describe("SeaORM's builders", () => {
  it("makes tables with every part of them", async () => {
    const up = table(`.if_not_exists()
      .col(ColumnDef::new(User::Id).big_integer().not_null().auto_increment().primary_key())
      .col(ColumnDef::new(User::Email).string_len(80).unique_key().default("it's"))
      .col(ColumnDef::new(User::CreatedAt).timestamp_with_time_zone().not_null().default(Expr::current_timestamp()))
      .col(ColumnDef::new(User::Age).integer().check(Expr::col(User::Age).gte(0)))
      .col(ColumnDef::new(Alias::new("tags")).array(ColumnType::Text).default(Expr::cust("'{}'")))
      .index(Index::create().unique().name("u").col(User::Email).col(User::Age))
      .foreign_key(ForeignKey::create().name("fk").from(User::Table, User::Age).to(("app", "other"), User::Id).on_delete(ForeignKeyAction::SetNull))`);
    expect(await sqlOf(up)).toEqual([
      'CREATE TABLE IF NOT EXISTS "user" ("id" bigserial NOT NULL PRIMARY KEY, ' +
        `"mail" varchar(80) DEFAULT 'it''s' UNIQUE, ` +
        '"created_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP, ' +
        '"age" integer CHECK ("age" >= 0), ' +
        `"tags" text[] DEFAULT ('{}'), ` +
        'CONSTRAINT "u" UNIQUE ("mail", "age"), ' +
        'CONSTRAINT "fk" FOREIGN KEY ("age") REFERENCES "app"."other" ("id") ON DELETE SET NULL)',
    ]);
  });

  it("makes queries with windows, table expressions, unions and what a statement returns", async () => {
    const up = `let latest = Query::select().column(User::Id)
        .expr_window_as(Expr::cust("row_number()"), WindowStatement::partition_by(User::Email).order_by(User::CreatedAt, Order::Desc).take(), Alias::new("n"))
        .from(User::Table).to_owned();
      let cte = CommonTableExpression::new().query(latest).columns([Alias::new("id"), Alias::new("n")]).table_name(Alias::new("latest")).to_owned();
      manager.exec_stmt(Query::delete().with_cte(WithClause::new().cte(cte).to_owned()).from_table(User::Table)
        .and_where(Expr::col(User::Id).in_subquery(Query::select().column(Alias::new("id")).from(Alias::new("latest")).and_where(Expr::col(Alias::new("n")).gt(1)).to_owned()))
        .returning_col(User::Id).to_owned()).await?;
      manager.exec_stmt(Query::insert().into_table(User::Table).columns([User::Age])
        .select_from(Query::select().expr(Func::sum(Expr::col(User::Age))).from(User::Table).group_by_columns([User::Email]).and_having(Expr::col(User::Age).gt(1))
          .union(UnionType::All, Query::select().column(User::Age).from(User::Table).to_owned()).order_by(User::Age, Order::Asc).limit(3).offset(1).to_owned())?
        .returning(Query::returning().columns([User::Id, User::Age])).to_owned()).await`;
    expect(await sqlOf(up)).toEqual([
      'WITH "latest" ("id", "n") AS (SELECT "id", row_number() OVER (PARTITION BY "mail" ORDER BY "created_at" DESC) AS "n" FROM "user") ' +
        'DELETE FROM "user" WHERE ("id" IN (SELECT "id" FROM "latest" WHERE ("n" > 1))) RETURNING "id"',
      'INSERT INTO "user" ("age") SELECT sum("age") FROM "user" GROUP BY "mail" HAVING ("age" > 1) ' +
        'UNION ALL (SELECT "age" FROM "user") ORDER BY "age" ASC LIMIT 3 OFFSET 1 RETURNING "id", "age"',
    ]);
  });

  it("takes names from a match within write!, raw identifiers, and entities that a glob brings", async () => {
    const more = `use crate::database::entity::cache::*;
      enum Temp { Id }
      impl Iden for Temp { fn unquoted(&self, s: &mut dyn std::fmt::Write) { write!(s, "{}", match self { Self::Id => "temp_id" }).unwrap(); } }`;
    const up = `manager.create_table(Table::create().table(Entity).col(ColumnDef::new(Column::StoreDir).r#char().not_null())
      .col(ColumnDef::new(Temp::Id).integer()).to_owned()).await`;
    const entity =
      '#[derive(DeriveEntityModel)] #[sea_orm(table_name = "caches")] pub struct Model { pub store_dir: String }';
    const other =
      '#[derive(DeriveEntityModel)] #[sea_orm(table_name = "others")] pub struct Model { pub store_dir: String }';
    const release = await readRelease(
      filesOf({
        "mod.rs": LIB,
        "m20240101_000001_first.rs": migration(up, more),
        "../entity/cache.rs": entity,
        "../entity/other.rs": other,
      }),
    );
    expect(release.coverage.pieces).toEqual([]);
    expect(release.migrations.flatMap((each) => each.up.statements.map(({ sql }) => sql))).toEqual([
      'CREATE TABLE "caches" ("store_dir" char NOT NULL, "temp_id" integer)',
    ]);
  });

  it("writes identity columns for a project on sea-orm 2", async () => {
    const manifest = { "../Cargo.toml": '[dependencies]\nsea-orm-migration = { version = "2.0.0-rc.1" }' };
    const up = table(".col(pk_auto(User::Id)).col(ColumnDef::new(User::Age).unsigned())");
    expect(await sqlOf(up, "", manifest)).toEqual([
      'CREATE TABLE "user" ("id" integer GENERATED BY DEFAULT AS IDENTITY NOT NULL PRIMARY KEY, "age" bigint)',
    ]);
    expect((await sqlOf(up))[0]).toBe('CREATE TABLE "user" ("id" serial NOT NULL PRIMARY KEY, "age" integer)');
  });

  it("alters, renames, drops and truncates", async () => {
    const alter = (calls: string) =>
      `manager.alter_table(Table::alter().table(User::Table)${calls}.to_owned()).await?;`;
    expect(
      await sqlOf(`
        ${alter(".add_column_if_not_exists(string_null(User::Email)).drop_column(User::Age)")}
        ${alter(".modify_column(ColumnDef::new(User::Age).big_integer().not_null().default(7))")}
        ${alter('.rename_column(User::Age, Alias::new("years"))')}
        ${alter('.add_foreign_key(TableForeignKey::new().name("f").from_tbl(User::Table).from_col(User::Age).to_tbl(User::Table).to_col(User::Id))')}
        manager.rename_table(Table::rename().table(User::Table, Alias::new("people")).to_owned()).await?;
        manager.truncate_table(Table::truncate().table(User::Table).to_owned()).await?;
        manager.drop_index(Index::drop().if_exists().name("i").table(User::Table).to_owned()).await?;
        manager.drop_foreign_key(ForeignKey::drop().table(User::Table).name("f").to_owned()).await?;
        manager.drop_table(Table::drop().table(User::Table).if_exists().cascade().to_owned()).await`),
    ).toEqual([
      'ALTER TABLE "user" ADD COLUMN IF NOT EXISTS "mail" varchar NULL, DROP COLUMN "age"',
      'ALTER TABLE "user" ALTER COLUMN "age" TYPE bigint, ALTER COLUMN "age" SET NOT NULL, ALTER COLUMN "age" SET DEFAULT 7',
      'ALTER TABLE "user" RENAME COLUMN "age" TO "years"',
      'ALTER TABLE "user" ADD CONSTRAINT "f" FOREIGN KEY ("age") REFERENCES "user" ("id")',
      'ALTER TABLE "user" RENAME TO "people"',
      'TRUNCATE TABLE "user"',
      'DROP INDEX IF EXISTS "i"',
      'ALTER TABLE "user" DROP CONSTRAINT "f"',
      'DROP TABLE IF EXISTS "user" CASCADE',
    ]);
  });

  it("makes indexes and types", async () => {
    const values = '#[derive(DeriveIden, EnumIter)]\nenum Mood { #[sea_orm(iden = "mood")] Type, Happy, VerySad }';
    const up = `
      manager.create_index(Index::create().unique().if_not_exists().name("i").table(User::Table).col((User::Age, IndexOrder::Desc))
        .col(Expr::expr(Func::lower(Expr::col(User::Email)))).nulls_not_distinct().and_where(Expr::col(User::Age).is_not_null()).to_owned()).await?;
      manager.create_index(Index::create().name("g").table(User::Table).col(User::Email).index_type(IndexType::Custom(Alias::new("gin").into_iden())).to_owned()).await?;
      manager.create_type(Type::create().as_enum(Mood::Type).values(Mood::iter().skip(1)).to_owned()).await?;
      manager.alter_type(Type::alter().name(Mood::Type).add_value(Alias::new("calm")).after(Mood::Happy).to_owned()).await?;
      manager.drop_type(Type::drop().if_exists().name(Mood::Type).to_owned()).await`;
    expect(await sqlOf(up, values)).toEqual([
      'CREATE UNIQUE INDEX IF NOT EXISTS "i" ON "user" ("age" DESC, (lower("mail"))) NULLS NOT DISTINCT WHERE ("age" IS NOT NULL)',
      'CREATE INDEX "g" ON "user" USING gin ("mail")',
      `CREATE TYPE "mood" AS ENUM ('happy', 'very_sad')`,
      `ALTER TYPE "mood" ADD VALUE 'calm' AFTER 'happy'`,
      'DROP TYPE IF EXISTS "mood"',
    ]);
  });

  it("writes rows that the code names", async () => {
    expect(
      await sqlOf(`
        manager.exec_stmt(Query::insert().into_table(User::Table).columns([User::Email, User::Age])
          .values_panic(["a\\\\b".into(), 3.into()]).on_conflict(OnConflict::column(User::Email).do_nothing().to_owned()).to_owned()).await?;
        manager.exec_stmt(Query::update().table(User::Table).value(User::Age, 4).and_where(Expr::col(User::Age).is_in([1, 2])).to_owned()).await?;
        manager.exec_stmt(Query::delete().from_table(User::Table).cond_where(Condition::any().add(Expr::col(User::Age).eq(1)).add(Expr::col(User::Email).like("x%"))).to_owned()).await`),
    ).toEqual([
      `INSERT INTO "user" ("mail", "age") VALUES (E'a\\\\b', 3) ON CONFLICT ("mail") DO NOTHING`,
      'UPDATE "user" SET "age" = 4 WHERE ("age" IN (1, 2))',
      `DELETE FROM "user" WHERE (("age" = 1) OR ("mail" LIKE 'x%'))`,
    ]);
  });
});

describe("the code around the builders", () => {
  it("is followed through helpers, across files, with constants, loops and formats", async () => {
    const helpers = `pub const PREFIX: &str = "idx";
      pub fn named(table: &str) -> String { format!("{PREFIX}_{}", table) }
      pub async fn index(m: &SchemaManager<'_>, table: &str, columns: &[&str]) -> Result<(), DbErr> {
        let mut index = Index::create();
        index.name(named(table)).table(Alias::new(table));
        for column in columns { index.col(Alias::new(*column)); }
        m.create_index(index.to_owned()).await
      }`;
    const up = 'for t in ["a", "b"] { crate::helpers::index(manager, t, &["x", "y"]).await?; } Ok(())';
    expect(await sqlOf(up, "", { "helpers.rs": helpers })).toEqual([
      'CREATE INDEX "idx_a" ON "a" ("x", "y")',
      'CREATE INDEX "idx_b" ON "b" ("x", "y")',
    ]);
  });

  it("takes names from the enum that a file imports, not from one of the same name", async () => {
    const other = (name: string) => `#[derive(Iden)] pub enum Post { #[iden = "${name}"] Table, Id }`;
    const up = "manager.drop_table(Table::drop().table(Post::Table).to_owned()).await";
    const files = { "right.rs": other("right_posts"), "wrong.rs": other("wrong_posts") };
    expect(await sqlOf(up, "use super::right::Post;", files)).toEqual(['DROP TABLE "right_posts"']);
  });

  it("takes the PostgreSQL arm of a branch on the backend", async () => {
    const up = `match manager.get_database_backend() {
      DbBackend::MySql | DbBackend::Sqlite => todo!(),
      DbBackend::Postgres => { manager.get_connection().execute_unprepared("create extension pg_trgm").await?; }
    }
    if manager.get_database_backend() == DatabaseBackend::Sqlite { return Ok(()); }
    manager.get_connection().execute_unprepared("select 1; select 2").await?; Ok(())`;
    expect(await sqlOf(up)).toEqual(["create extension pg_trgm", "select 1", "select 2"]);
  });

  it("keeps the place of a statement in a literal", async () => {
    const up = 'manager.get_connection().execute_unprepared(r#"select 1;\n   select 2"#).await?; Ok(())';
    const [first, second] = (await read(up)).migrations[0]?.up.statements ?? [];
    expect(second?.source.line).toBe((first?.source.line ?? 0) + 1);
    expect(second?.source.column).toBe(4);
  });

  it("turns a guard into a condition that each tenant's server answers", async () => {
    const up = `if !manager.has_column("user", "age").await? {
        manager.alter_table(Table::alter().table(User::Table).add_column(integer(User::Age)).to_owned()).await?;
      }
      if manager.has_table("old").await? { return Ok(()); }
      manager.get_connection().execute_unprepared("select 1").await?; Ok(())`;
    const [first, second] = await sqlOf(up);
    expect(first).toMatch(
      /^DO .*IF NOT \(EXISTS \(SELECT FROM information_schema\.columns .*column_name = 'age'\)\) THEN\nALTER TABLE/s,
    );
    expect(second).toMatch(/IF NOT \(EXISTS .*table_name = 'old'\)\) THEN\nEXECUTE 'select 1'/s);
  });

  it("expands a macro of the release itself", async () => {
    const rules =
      "macro_rules! drop_all { ($m:expr, $($t:expr),+) => { $( $m.drop_table(Table::drop().table(Alias::new($t)).to_owned()).await?; )+ }; }";
    expect(await sqlOf('drop_all!(manager, "a", "b"); Ok(())', rules)).toEqual(['DROP TABLE "a"', 'DROP TABLE "b"']);
  });

  it("understands rows written through an entity", async () => {
    const entity = `#[derive(DeriveEntityModel)] #[sea_orm(table_name = "posts")]
      pub struct Model { #[sea_orm(primary_key)] pub id: i32, pub title: String, #[sea_orm(column_name = "body")] pub text: String }`;
    const up = `let db = manager.get_connection();
      post::ActiveModel { title: Set("t".to_owned()), text: Set("b".to_owned()), ..Default::default() }.insert(db).await?;
      post::Entity::delete_many().filter(post::Column::Text.eq("b")).exec(db).await?; Ok(())`;
    expect(await sqlOf(up, "use crate::post;", { "post.rs": entity })).toEqual([
      `INSERT INTO "posts" ("title", "body") VALUES ('t', 'b')`,
      `DELETE FROM "posts" WHERE ("body" = 'b')`,
    ]);
  });

  it("takes a way back that gives up for none", async () => {
    const release = await read("Ok(())", "", {}, 'Err(DbErr::Custom("no".into()))');
    expect(release.migrations[0]?.down).toBeNull();
    expect((await read("Ok(())", "", {}, "todo!()")).migrations[0]?.down).toBeNull();
  });
});

describe("what is not understood", () => {
  it("is said, with its place, and never skipped", async () => {
    expect(await reasonsOf("mystery(manager).await")).toEqual([
      "6 The function mystery reaches the database and is not among the files",
    ]);
    expect(
      await reasonsOf('for r in rows() { manager.get_connection().execute_unprepared("x").await?; } Ok(())'),
    ).toEqual(["6 The loop runs over values that are known only when the code runs"]);
    expect(await reasonsOf('if rows() { manager.get_connection().execute_unprepared("x").await?; } Ok(())')).toEqual([
      "6 Whether this runs is decided by values that are known only when the code runs",
    ]);
    expect(await reasonsOf("manager.get_connection().execute_unprepared(&text()).await?; Ok(())")).toEqual([
      "6 text() is not known to be a statement",
    ]);
    expect(await reasonsOf("manager.drop_table(Table::drop().table(Nowhere::Table).to_owned()).await")).toEqual([
      "6 The name that Nowhere::Table stands for is not among the files",
    ]);
    expect(await reasonsOf(table(".col(ColumnDef::new(User::Id).integer().surprise())"))).toEqual([
      "6 What surprise does to a column is not known",
    ]);
  });

  it("covers a builder that a branch of unknown outcome has changed", async () => {
    const up = `let mut t = Table::create(); t.table(User::Table).col(integer(User::Id));
      if env() { t.col(integer(User::Age)); }
      manager.create_table(t.to_owned()).await`;
    expect(await reasonsOf(up)).toEqual(["8 It is put together in a branch that may not run"]);
  });

  it("covers a way up that gives up, and a migration that the list names and nobody has", async () => {
    expect(await reasonsOf("todo!()")).toHaveLength(1);
    const release = await readRelease(filesOf({ "lib.rs": LIB, "other.rs": migration("Ok(())") }));
    expect(release.findings.map(({ code }) => code)).toContain("release.file-missing");
  });
});

describe("loco's functions", () => {
  it("make tables with time stamps, references and types", async () => {
    const up = `create_table(manager, "movie", &[("id", ColType::PkAuto), ("title", ColType::StringLenWithDefault(9, "x".into())), ("rank", ColType::IntegerUniq)], &[("user", ""), ("team?", "owner_id")]).await?;
      add_column(manager, "movies", "len", ColType::BigIntegerNull).await?;
      remove_column(manager, "movies", "rank").await?;
      add_reference(manager, "movies", "studios", "").await?;
      drop_table(manager, "movies").await`;
    expect(await sqlOf(up)).toEqual([
      'CREATE TABLE IF NOT EXISTS "movies" (' +
        '"created_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP, "updated_at" timestamp with time zone NOT NULL DEFAULT CURRENT_TIMESTAMP, ' +
        `"id" serial NOT NULL PRIMARY KEY, "title" varchar(9) NOT NULL DEFAULT 'x', "rank" integer NOT NULL UNIQUE, ` +
        '"user_id" integer NOT NULL, "owner_id" integer NULL, ' +
        'CONSTRAINT "fk-users-user_id-to-movies" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE ON UPDATE CASCADE, ' +
        'CONSTRAINT "fk-teams-owner_id-to-movies" FOREIGN KEY ("owner_id") REFERENCES "teams" ("id") ON DELETE SET NULL ON UPDATE NO ACTION)',
      'ALTER TABLE "movies" ADD COLUMN "len" bigint NULL',
      'ALTER TABLE "movies" DROP COLUMN "rank"',
      'ALTER TABLE "movies" ADD COLUMN "studio_id" integer NOT NULL, ADD CONSTRAINT "fk-movies-studio_id-to-studios" FOREIGN KEY ("studio_id") REFERENCES "studios" ("id") ON DELETE CASCADE ON UPDATE CASCADE',
      'DROP TABLE "movies"',
    ]);
  });
});
