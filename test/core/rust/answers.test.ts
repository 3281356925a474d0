import { describe, expect, it } from "vitest";
import { sqlOf } from "./body-sql.js";

const HAS = (table: string) =>
  `EXISTS (SELECT FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = '${table}')`;
const send = (sql: string) => `db.execute_unprepared("${sql}").await?;`;
const plain = (sql: string) => sql.replace(/\s+/g, " ");

describe("what code asks a tenant's database", () => {
  it.each([
    ["used again after it has changed", `${send("create table t ()")} if had { ${send("drop table u")} }`],
    ["used twice", `if had { ${send("alter table t rename to u")} } if had { ${send("drop table u")} }`],
    ["used after a block", `${send("do 'begin execute 1; end'")} if had { ${send("drop table u")} }`],
    [
      "joined with another",
      `${send("create table t ()")} if had || manager.has_table("v").await? { ${send("drop table u")} }`,
    ],
  ])("is opaque when it is %s", async (_name, rest) => {
    expect(await sqlOf(`let had = manager.has_table("t").await?; ${rest}`)).toBe("opaque");
  });

  it("is opaque when a query was answered before what may change its answer", async () => {
    const query = `let row = db.query_one(Statement::from_string(DbBackend::Postgres, "select a from t".to_string())).await?.unwrap();
      let a: bool = row.try_get("", "a")?;`;
    expect(await sqlOf(`${query} ${send("delete from t")} if a { ${send("drop table u")} }`)).toBe("opaque");
    expect(await sqlOf(`${query} if a { ${send("drop table u")} }`)).toHaveLength(1);
  });

  it("stays what it was over statements about something else", async () => {
    const asked = `let had = manager.has_table("other").await?;`;
    expect(await sqlOf(`${asked} ${send("create table t ()")} if had { ${send("drop table u")} }`)).toHaveLength(2);
    const columns = `let a = manager.has_column("t", "a1").await?; let b = manager.has_column("t", "b1").await?;`;
    const add = (name: string) => `if !${name} { ${send(`alter table t add ${name}1 int`)} }`;
    expect(await sqlOf(`${columns} ${add("a")} ${add("b")}`)).toHaveLength(2);
  });

  it("is asked once where one branch returns", async () => {
    const found = await sqlOf(
      `if !manager.has_table("t").await? { ${send("create table t ()")} return Ok(()); } ${send("alter table t add a int")}`,
    );
    expect(found).toHaveLength(1);
    expect(plain(found[0] ?? "")).toBe(
      `DO $gate$ BEGIN IF (${HAS("t")}) THEN alter table t add a int; ELSE create table t (); END IF; END $gate$`,
    );
  });

  it("does not run what follows an error that is returned", async () => {
    expect(await sqlOf(`${send("create table t ()")} return Err(DbErr::Custom("no".into()));`)).toBe("opaque");
  });
});
