import { describe, expect, it } from "vitest";
import { MAJORS } from "../../support/majors.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const SCHEMA = `
  create type mood as enum ('sad', 'glad');
  create table t (a int, b varchar(20), m mood);
  create schema tenant; create table tenant.only_here (x bigint);
  create function text(mood) returns text language sql as 'select ''planted''';`;

const bare = (text: string) => ({ text, parameters: null });

describe.each(MAJORS)("describing on %s", (major) => {
  const open = async (purpose: "read" | "write") => testSession((await temporaryDatabase(major, SCHEMA)).url, purpose);

  it.each(["read", "write"] as const)("gives types by name, and why a statement is refused (%s)", async (purpose) => {
    const session = await open(purpose);
    session.lookUpIn("tenant", ["public"]);
    const described = await session.describe(
      [
        bare("select a, b, m from t where a = $1 and m = $2"),
        bare("select nothing from t"),
        bare("select x from only_here"),
        bare("delete from t"),
        { text: "select $1 + $2", parameters: ["int8", "int8"] },
        { text: "select $1::text", parameters: ["no_such_type"] },
        bare("select"),
        bare("selec"),
      ],
      { plans: false },
    );
    expect(described).toEqual([
      {
        parameters: ["integer", "public.mood"],
        columns: [
          { name: "a", type: "integer" },
          { name: "b", type: "character varying(20)" },
          { name: "m", type: "public.mood" },
        ],
      },
      { code: "42703", message: 'column "nothing" does not exist' },
      { parameters: [], columns: [{ name: "x", type: "bigint" }] },
      { parameters: [], columns: [] },
      { parameters: ["bigint", "bigint"], columns: [{ name: "?column?", type: "bigint" }] },
      { parameters: ["text"], columns: [{ name: "text", type: "text" }], missing: ["no_such_type"] },
      { parameters: [], columns: [] },
      { code: "42601", message: 'syntax error at or near "selec"' },
    ]);
    expect(await session.query("select current_setting('search_path') as path")).toEqual([
      { path: "pg_catalog, pg_temp" },
    ]);
  });

  it("gives its locks back in a transaction, and sees what that has changed", async () => {
    const session = await open("write");
    session.lookUpIn(null);
    await session.script("begin");
    await session.execute("alter table tenant.only_here add y text");
    expect(
      await session.describe(
        [bare("select nothing"), bare("select y from tenant.only_here"), bare("select a from t")],
        { plans: false },
      ),
    ).toEqual([
      { code: "42703", message: 'column "nothing" does not exist' },
      { parameters: [], columns: [{ name: "y", type: "text" }] },
      { parameters: [], columns: [{ name: "a", type: "integer" }] },
    ]);
    const held = await session.query(
      "select c.relname from pg_locks l join pg_class c on c.oid = l.relation where l.pid = pg_backend_pid() and relname in ('t', 'only_here')",
    );
    expect(held).toEqual([{ relname: "only_here" }]);
    await session.script("commit");
    expect(await session.query("select 1 as alive")).toEqual([{ alive: 1 }]);
  });
});
