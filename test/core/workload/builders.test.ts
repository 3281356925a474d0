import { beforeAll, describe, expect, it } from "vitest";
import { readSourceFile } from "../../../lib/core/migration/source-file.js";
import { loadRustParser } from "../../../lib/core/rust/syntax/parse-rust.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readApplication } from "../../../lib/core/workload/read-sources.js";

beforeAll(async () => {
  await Promise.all([loadParser(), loadRustParser()]);
});

const file = (path: string, text: string) => readSourceFile({ path, bytes: Buffer.from(text) }).file;

const SCHEMA = `
  diesel::table! { users (id) { id -> Int4, name -> Text, #[sql_name = "type"] kind -> Nullable<Text>, } }
  diesel::table! { app.posts (id) { id -> Int4, user_id -> Int4, title -> Text, } }
  diesel::table! { tags (post_id, name) { post_id -> Int4, name -> Text, } }
  diesel::joinable!(posts -> users (user_id));
  #[derive(Queryable, Selectable)]
  #[diesel(table_name = users)]
  pub struct Named { pub id: i32, pub name: String }
  #[derive(Insertable)]
  #[diesel(table_name = crate::schema::users)]
  pub struct NewUser<'a> { pub name: &'a str, #[diesel(column_name = kind)] pub sort: Option<String> }
  #[derive(AsChangeset, Identifiable)]
  #[diesel(table_name = users)]
  pub struct Change { pub id: i32, pub name: Option<String> }
`;
const USERS = '"users"."id", "users"."name", "users"."type"';
const POSTS = '"app"."posts"."id", "app"."posts"."user_id", "app"."posts"."title"';

function read(body: string, uses = "use crate::schema::{users, posts, tags};") {
  const code = `use diesel::prelude::*;\n${uses}\nfn f(conn: &mut PgConnection, new: &NewUser, change: Change, id: i32) { ${body} }`;
  return readApplication([file("src/schema.rs", SCHEMA), file("src/a.rs", code)], null);
}

describe("what diesel sends", () => {
  it.each([
    ["users::table.load::<User>(conn)?", `SELECT ${USERS} FROM "users"`],
    ["users::table.find(id).first(conn)", `SELECT ${USERS} FROM "users" WHERE ("users"."id" = $1) LIMIT $2`],
    [
      "users::table.filter(users::name.eq(&name)).filter(users::kind.is_null()).select(users::id).order(users::id.desc()).limit(3).load::<i32>(conn)",
      'SELECT "users"."id" FROM "users" WHERE ("users"."name" = $1) AND ("users"."type" IS NULL) ORDER BY "users"."id" DESC LIMIT $2',
    ],
    [
      "posts::table.inner_join(users::table).filter(users::name.like(x).or(posts::title.eq_any(&list))).select((Named::as_select(), posts::title)).load(conn)",
      'SELECT "users"."id", "users"."name", "app"."posts"."title" FROM "app"."posts" INNER JOIN "users" ON "app"."posts"."user_id" = "users"."id" WHERE (("users"."name" LIKE $1) OR ("app"."posts"."title" = ANY($2)))',
    ],
    [
      "users::table.left_join(posts::table.on(posts::user_id.eq(users::id))).load::<(A, Option<B>)>(conn)",
      `SELECT ${USERS}, ${POSTS} FROM "users" LEFT OUTER JOIN "app"."posts" ON "app"."posts"."user_id" = "users"."id"`,
    ],
    [
      "users::table.filter(not(users::id.between(1, 2))).count().get_result::<i64>(conn)",
      'SELECT COUNT(*) FROM "users" WHERE (NOT ("users"."id" BETWEEN $1 AND $2))',
    ],
    [
      "diesel::insert_into(users::table).values(new).execute(conn)",
      'INSERT INTO "users" ("name", "type") VALUES ($1, $2)',
    ],
    [
      'diesel::insert_into(users::table).values((users::name.eq("a"), users::kind.eq(k))).on_conflict(users::name).do_update().set(users::kind.eq(excluded(users::kind))).returning(users::id).get_result::<i32>(conn)',
      'INSERT INTO "users" ("name", "type") VALUES ($1, $2) ON CONFLICT ("name") DO UPDATE SET "type" = excluded."type" RETURNING "users"."id"',
    ],
    [
      "insert_into(tags::table).values(tags::name.eq(n)).on_conflict_do_nothing().execute(conn)",
      'INSERT INTO "tags" ("name") VALUES ($1) ON CONFLICT DO NOTHING',
    ],
    [
      "diesel::update(users::table.find(id)).set(users::name.eq(n)).execute(conn)",
      'UPDATE "users" SET "name" = $1 WHERE ("users"."id" = $2)',
    ],
    [
      "diesel::update(posts::table).filter(posts::id.gt(id)).set(posts::user_id.eq(posts::user_id + 1)).execute(conn)",
      'UPDATE "app"."posts" SET "user_id" = "app"."posts"."user_id" + $1 WHERE ("app"."posts"."id" > $2)',
    ],
    ["diesel::update(&change).set(&change).execute(conn)", 'UPDATE "users" SET "name" = $1 WHERE ("users"."id" = $2)'],
    [
      "diesel::delete(tags::table.find((id, n))).execute(conn)",
      'DELETE FROM "tags" WHERE ("tags"."post_id" = $1 AND "tags"."name" = $2)',
    ],
  ])("%s", (code, sql) => {
    const { queries, unexamined } = read(`${code};`);
    expect(unexamined).toEqual([]);
    expect(queries.map(({ text, sources }) => [text.replace(/\$\d+/g, "$"), sources[0]?.place])).toEqual([
      [sql.replace(/\$\d+/g, "$"), "src/a.rs:3"],
    ]);
  });

  it("knows bare names where a use brings them", () => {
    const uses = "use crate::schema::users::dsl::*;";
    expect(
      read("users.filter(name.eq(x)).select(kind).load::<String>(conn)", uses).queries.map(({ text }) => text),
    ).toEqual(['SELECT "users"."type" FROM "users" WHERE ("users"."name" = $1)']);
  });

  it("takes rows that an earlier query loaded for values", () => {
    const code =
      "let ids = posts::table.select(posts::user_id).load::<i64>(conn)?; users::table.filter(users::id.eq_any(&ids)).select(users::name).load::<String>(conn)";
    expect(read(code).queries.map(({ text }) => text)).toContain(
      'SELECT "users"."name" FROM "users" WHERE ("users"."id" = ANY($1))',
    );
  });

  it.each([
    "users::table.filter(condition).load::<User>(conn);",
    "users::table.filter(users::id.eq_any(posts::table.select(posts::user_id))).load::<User>(conn);",
    "let ids = posts::table.select(posts::user_id); let some = ids.limit(9); users::table.filter(users::id.eq_any(some)).load::<User>(conn);",
    "let query = users::table.into_boxed(); query.load::<User>(conn);",
    "users::table.inner_join(tags::table).load::<X>(conn);",
    "diesel::insert_into(users::table).values(&make()).execute(conn);",
    "others::table.load::<X>(conn);",
    "users::table.filter(sql::<Bool>(\"name = 'x'\")).load::<X>(conn);",
    "users::table.filter(users::name.eq(lower(x)).eq(users::gone)).load::<X>(conn);",
  ])("counts by its place what cannot be told: %s", (code) => {
    const { queries, unexamined } = read(code);
    expect(queries).toEqual([]);
    expect(unexamined).toEqual([{ reason: "query-builder", count: 1, calls: null, places: ["src/a.rs:3 (diesel)"] }]);
  });
});
