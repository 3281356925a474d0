import { beforeAll, describe, expect, it } from "vitest";
import { applicationRequirements } from "../../../lib/core/rust/application/application-of.js";
import { Crate } from "../../../lib/core/rust/syntax/crate.js";
import { loadRustParser, parseRust } from "../../../lib/core/rust/syntax/parse-rust.js";

beforeAll(loadRustParser);

function expected(code: string): string[] {
  return applicationRequirements(
    new Crate([{ path: "code.rs", text: code, parse: () => parseRust(code, "code.rs") }]),
  ).map(
    ({ table, column, type, nullable, source }) =>
      `${table.schema === null ? "" : `${table.schema}.`}${table.name}.${column} ${type} ${nullable ? "null" : "not null"} :${source.line}`,
  );
}

describe("what the application expects", () => {
  it("is read from diesel's tables", () => {
    const code = `diesel::table! {
      use diesel::sql_types::*;
      app.users (id) {
        id -> Int4,
        /// a comment
        #[sql_name = "type"]
        type_ -> Nullable<Varchar>,
        tags -> Array<Nullable<Text>>,
      }
    }`;
    expect(expected(code)).toEqual([
      "app.users.id integer not null :4",
      "app.users.type character varying null :7",
      "app.users.tags text[] not null :8",
    ]);
  });

  it("is read from SeaORM's entities", () => {
    const code = `#[derive(Clone, DeriveEntityModel)]
      #[sea_orm(table_name = "posts", schema_name = "blog")]
      pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[sea_orm(column_name = "body", column_type = "Text")]
        pub text: Option<String>,
        pub at: DateTimeWithTimeZone,
        #[sea_orm(ignore)]
        pub cached: bool,
      }`;
    expect(expected(code)).toEqual([
      "blog.posts.id bigint not null :5",
      "blog.posts.body null null :7",
      "blog.posts.at timestamp with time zone not null :8",
    ]);
  });

  it("is read from rows that name their table, and from no others", () => {
    const code = `#[derive(sqlx::FromRow)] #[ormx(table = "users")] struct User { id: i32, #[sqlx(rename = "mail")] email: Option<String> }
      #[derive(FromRow)] struct Anything { id: i32 }`;
    expect(expected(code)).toEqual(["users.id integer not null :1", "users.mail null null :1"]);
  });
});
