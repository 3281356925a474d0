import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { listKept, purgeKept } from "../../../lib/steps/kept/kept.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { upAndBack } from "../../support/up-and-back.js";

beforeAll(() => loadParser());

/** Up with everything kept aside, rows written by the application, then back. */
async function returned(major: Major, setup: string, up: string, since: string, query: string) {
  const { url, client } = await temporaryDatabase(major, setup);
  const session = await testSession(url);
  const migration = await upAndBack(session, up);
  await migration.up();
  if (since) await client.query(since);
  const kept = await listKept(session, null);
  await migration.back();
  expect(await listKept(session, null)).toEqual([]);
  return { rows: (await client.query(query)).rows, kept };
}

const T =
  "create table t (id int primary key, a text, b int default 7); insert into t values (1, 'x', 1), (2, 'y', 2), (3, 'z', 3);";

describe.each(["15", "18"] as const)("nothing is lost on %s", (major) => {
  it.each([
    {
      name: "a dropped column comes back with its values; rows written since keep theirs",
      up: "alter table t drop column b",
      since: "insert into t values (4, 'new'); update t set a = 'changed' where id = 2; delete from t where id = 3",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "changed", b: 2 },
        { id: 4, a: "new", b: 7 },
      ],
    },
    {
      name: "updated rows get their old values where nobody wrote since",
      up: "update t set a = upper(a), b = b * 10",
      since: "update t set a = 'mine' where id = 1; insert into t values (4, 'new', 40)",
      rows: [
        { id: 1, a: "mine", b: 1 },
        { id: 2, a: "y", b: 2 },
        { id: 3, a: "z", b: 3 },
        { id: 4, a: "new", b: 40 },
      ],
    },
    {
      name: "deleted rows come back, unless the application wrote the key again",
      up: "delete from t where id < 3",
      since: "insert into t values (2, 'again', 22)",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "again", b: 22 },
        { id: 3, a: "z", b: 3 },
      ],
    },
    {
      name: "inserted rows go, unless the application changed them",
      up: "insert into t select i, 'made', i from generate_series(4, 6) i",
      since: "update t set a = 'used' where id = 5",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "y", b: 2 },
        { id: 3, a: "z", b: 3 },
        { id: 5, a: "used", b: 5 },
      ],
    },
    {
      name: "truncated rows come back beside those written since",
      up: "truncate t",
      since: "insert into t values (9, 'new', 9)",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "y", b: 2 },
        { id: 3, a: "z", b: 3 },
        { id: 9, a: "new", b: 9 },
      ],
    },
    {
      name: "a narrowed type gets its precision back",
      setup:
        "create table t (id int primary key, a text, b numeric); insert into t values (1, 'x', 1.25), (2, 'y', 2.75)",
      up: "alter table t alter b type int",
      since: "update t set b = 5 where id = 2; insert into t values (3, 'z', 8)",
      rows: [
        { id: 1, a: "x", b: "1.25" },
        { id: 2, a: "y", b: "5" },
        { id: 3, a: "z", b: "8" },
      ],
    },
    {
      name: "a table without a key keeps every one of its equal rows",
      setup:
        "create table t (id int, a text, b json); insert into t values (1, 'x', '1'), (1, 'x', '1'), (2, 'y', '2')",
      up: "delete from t where id = 1",
      since: "insert into t values (5, 'new', '5')",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "y", b: 2 },
        { id: 5, a: "new", b: 5 },
      ],
    },
    {
      name: "a dropped table comes back with its rows and goes on counting",
      setup: "create table t (id serial primary key, a text, b int); insert into t (a, b) values ('x', 1), ('y', 2)",
      up: "drop table t",
      since: "",
      query:
        "with n as (insert into t (a) values ('next') returning *) select id, a, b from t union all select id, a, b from n order by id",
      rows: [
        { id: 1, a: "x", b: 1 },
        { id: 2, a: "y", b: 2 },
        { id: 3, a: "next", b: null },
      ],
    },
  ])("$name", async ({ setup = T, up, since, rows, query = "select id, a, b from t order by id" }) => {
    const back = await returned(major, setup, up, since, query);
    expect(back.rows).toEqual(rows);
  });

  it("does not set off the triggers of a table when it puts rows back", async () => {
    const setup = `${T} create table log (n int); create function note() returns trigger language plpgsql as
      'begin insert into log values (1); return null; end';
      create trigger noted after update or insert or delete on t for each row execute function note();`;
    const up = "alter table t disable trigger noted; delete from t; alter table t enable trigger noted";
    const { rows } = await returned(
      major,
      setup,
      up,
      "",
      "select (select count(*)::int from t) as t, (select count(*)::int from log) as log",
    );
    expect(rows).toEqual([{ t: 3, log: 0 }]);
  });

  it("lists what is kept, and purges it on request", async () => {
    const { url, client } = await temporaryDatabase(major, T);
    const session = await testSession(url);
    await (await upAndBack(session, "alter table t drop column b")).up();
    const [copy] = await listKept(session, null);
    expect(copy).toMatchObject({ source: "public.t", file: "1/up.sql", rows: 3 });
    expect(await purgeKept(session, null, ({ source }) => source === "public.other")).toEqual([]);
    expect(await purgeKept(session, null, () => true)).toHaveLength(1);
    expect(await listKept(session, null)).toEqual([]);
    expect(
      (
        await client.query(
          "select count(*)::int as n from pg_tables where schemaname = 'schema_gate' and tablename <> 'kept'",
        )
      ).rows,
    ).toEqual([{ n: 0 }]);
  });
});
