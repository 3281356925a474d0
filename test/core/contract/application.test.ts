import { describe, expect, it } from "vitest";
import { checkContract } from "../../../lib/core/contract/check.js";
import { contractOf } from "../../../lib/core/release/contract-of.js";
import { readRelease } from "../../../lib/core/release/read-release.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { filesOf } from "../../support/release-files.js";
import { testSession } from "../../support/session.js";

const SCHEMA = `diesel::table! {
    users (id) {
        id -> Int8,
        mail -> Varchar,
        age -> Nullable<Int4>,
        joined -> Timestamptz,
        plan -> Text,
    }
}
diesel::table! { elsewhere (id) { id -> Int4, name -> Text, } }
`;

const BASE = `create table users (id bigint primary key, mail varchar(80) not null, age smallint, plan text);
create view elsewhere as select 1 as id;`;

async function releaseWith(code: string, next = "alter table users add column joined timestamptz not null;") {
  return readRelease(
    filesOf({ "1_base.up.sql": BASE, "2_next.up.sql": next, "../Cargo.toml": "", "../src/schema.rs": code }),
  );
}

/** What is said of a database in which the base ran, and with `next` the release too. */
async function saidOf(moment: "before" | "after", code = SCHEMA, sql = BASE) {
  const { migrations, application } = await releaseWith(code);
  const database = await temporaryDatabase("18", sql);
  const catalog = await readCatalog(await testSession(database.url, "read"), null);
  return checkContract(contractOf(migrations.slice(1), migrations, application), moment, catalog, {
    searchPath: ["public"],
  })
    .filter(({ code: kind }) => kind.startsWith("application."))
    .map(
      ({ code: kind, severity, message, source }) => `${severity} ${kind} ${message} ${source?.file}:${source?.line}`,
    );
}

describe("what the application's own code expects", () => {
  it("is part of the release and of its contract, with file and line", async () => {
    const { application, contract } = await releaseWith(SCHEMA);
    expect(application).toHaveLength(7);
    expect(contract.application?.[1]).toMatchObject({
      table: { name: "users" },
      column: "mail",
      source: { file: "../src/schema.rs", line: 4 },
    });
  });

  it("is checked after the release: missing columns and other types are errors, NULL is a warning", async () => {
    expect(await saidOf("after", SCHEMA, `${BASE} alter table users add column joined timestamptz not null;`)).toEqual([
      "error application.type The application's code reads the column users.age as integer, and after the release it is smallint. ../src/schema.rs:5",
      "warning application.nullable The application's code does not expect NULL in the column users.plan, and after the release it allows NULL. ../src/schema.rs:7",
      "error application.column-missing The application's code uses the column elsewhere.name, and after the release it is missing. ../src/schema.rs:10",
    ]);
  });

  it("is checked before the release only where the release does not touch the table", async () => {
    expect(await saidOf("before")).toEqual([
      "error application.column-missing The application's code uses the column elsewhere.name, and before the release it is missing. ../src/schema.rs:10",
    ]);
  });

  it("says once that a table is not there, as a warning: it may be another database's", async () => {
    const code = "diesel::table! { nowhere (id) { id -> Int4, name -> Text, } }";
    expect(await saidOf("after", code)).toEqual([
      "warning application.table-missing The application's code uses the table nowhere, and after the release there is none of that name. ../src/schema.rs:1",
    ]);
  });

  it("leaves entities among the migrations alone, and says when code cannot be parsed", async () => {
    const entity = '#[derive(DeriveEntityModel)] #[sea_orm(table_name = "old")] pub struct Model { pub id: i32 }';
    const migration = `use sea_orm_migration::prelude::*;
      #[derive(DeriveMigrationName)] pub struct Migration;
      impl MigrationTrait for Migration { async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> { Ok(()) } }`;
    const files = { "src/m20240101_000001_a.rs": migration, "src/entities/old.rs": entity };
    expect((await readRelease(filesOf(files))).application).toBeUndefined();
    const outside = await readRelease(filesOf({ ...files, "../entity/src/old.rs": entity }));
    expect(outside.application?.map(({ source }) => source.file)).toEqual(["../entity/src/old.rs"]);
    const broken = await releaseWith(`${SCHEMA}\nfn broken( {`);
    expect(broken.findings.map(({ code, source }) => [code, source?.file])).toEqual([
      ["application.unreadable", "../src/schema.rs"],
    ]);
  });
});
