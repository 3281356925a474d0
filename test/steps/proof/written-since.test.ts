import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { listKept } from "../../../lib/steps/kept/kept.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { up } from "../../../lib/steps/proof/apply-on-clone.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `
  create type mood as enum ('low', 'high');
  create table t (id int primary key, a text, b int default 7, n numeric(8,2), at timestamptz, m mood default 'low', c varchar(10));
  insert into t values (1, 'x', 1, 1.5, '2024-01-01', 'low', 'c1'), (2, 'y', 2, 2.5, '2024-02-01', 'high', 'c2'), (3, 'z', 3, 3.5, null, 'low', 'c3');
  create type phase as enum ('low', 'high');
  create domain small as int check (value < 100);
  create table w (id int primary key, label text not null, code text not null default '0', tags varchar(5)[], span int4range, doc jsonb not null default '{}', raw bytea,
    s small, state phase not null default 'low', opened timestamp not null default '2024-01-01', price money);
  insert into w (id, label, code, tags, span, raw, s, price) values (1, '1', '1', '{a}', '[1,5)', 'r1', 1, 1), (2, '2', '2', null, null, null, 2, null);
  create type tone as enum ('low', 'high'); create domain calm as tone;
  create table e (id int primary key, s calm default 'low', all_of tone[] not null default '{}');
  insert into e values (1, 'low', '{low,high}'), (2, 'high', '{}'), (3, null, '{null,low}');
  create type spot as (x int, y text); create domain place as spot;
  create table places (id int primary key, at spot, many spot[] not null default '{}', dom place);
  insert into places values (1, row(1, 'a'), array[row(2, 'b')::spot], null), (2, null, '{}', row(3, 'c'));
  create table bag (a text, b text);
  insert into bag values ('same', 'same'), ('same', 'same'), ('other', 'x');
`;

interface Case {
  readonly name: string;
  readonly up: string;
  readonly down?: string;
  /** What the application writes once the release ran. */
  readonly since: string;
  /** Between the rollback and the second run. */
  readonly between?: string;
  /** What must be the same once the release ran again, unless `ends` says otherwise. */
  readonly query: string;
  readonly ends?: readonly unknown[];
  /** The second column of that query, as text, between the rollback and the second run. */
  readonly back?: readonly (string | null)[];
  /** Copies that the rollback makes. */
  readonly kept: number;
  /** Copies that stay. */
  readonly stays?: number;
}

const CASES: readonly Case[] = [
  {
    name: "nothing, where the release writes rows of another table alone",
    up: "alter table t add column note text; insert into bag values ('new', 'new')",
    since: "select 1",
    query: "select id, note from t order by id",
    kept: 0,
  },
  {
    name: "values of a new column",
    up: "alter table t add column note text",
    since: "update t set note = 'mine' where id < 3; insert into t (id, note) values (9, 'nine')",
    query: "select id, note from t order by id",
    kept: 1,
  },
  {
    name: "values of a new column with a default, a NULL among them",
    up: "alter table t add column state text default 'new'",
    since: "update t set state = 'paid' where id = 1; update t set state = null where id = 2",
    query: "select id, state from t order by id",
    kept: 1,
  },
  {
    name: "values of a converted column that the release then overwrites",
    up: "alter table t alter b drop default, alter b type varchar(30); update t set b = 'pending'",
    since: "update t set b = 'mine' where id = 1",
    back: [null, "2", "3"],
    query: "select id, b from t order by id",
    kept: 1,
  },
  {
    name: "the same where it then renames the column and adds another",
    up: "alter table t alter b drop default, alter b type varchar(30); update t set b = 'pending'; alter table t add column d int; alter table t rename a to z",
    since: "update t set b = 'mine' where id = 1",
    back: [null, "2", "3"],
    query: "select id, b from t order by id",
    kept: 1,
  },
  {
    name: "values of a new column where the old application has written in between",
    up: "alter table t add column note text",
    since: "update t set note = 'mine'",
    between: "update t set a = 'old' where id = 1; delete from t where id = 2; insert into t (id) values (4)",
    query: "select id, a, note from t order by id",
    ends: [
      { id: 1, a: "old", note: "mine" },
      { id: 3, a: "z", note: "mine" },
      { id: 4, a: null, note: null },
    ],
    kept: 1,
    stays: 1,
  },
  {
    name: "a column that the release fills gives way to what it fills in from a row that changed",
    up: "alter table t add column twice int; update t set twice = b * 2",
    since: "update t set twice = 999 where id < 3",
    between: "update t set b = 50 where id = 1",
    query: "select id, twice from t order by id",
    ends: [
      { id: 1, twice: 100 },
      { id: 2, twice: 999 },
      { id: 3, twice: 6 },
    ],
    kept: 1,
    stays: 1,
  },
  {
    name: "a column that the release fills, emptied and set back to its default since, and a row added without it",
    up: "alter table t add column state text default 'new'; update t set state = 'old'; alter table bag add column x int; update bag set x = 1",
    since:
      "update t set state = 'new' where id = 1; update t set state = null where id = 2; insert into t (id) values (9); update bag set x = null where a = 'other'",
    query: "select id, state, (select array_agg(x order by x) from bag) as x from t order by id",
    kept: 2,
  },
  {
    name: "a table without a key",
    up: "alter table bag add column note text",
    since:
      "update bag set note = 'first' where ctid = (select min(ctid) from bag); update bag set note = 'o' where a = 'other'",
    query: "select a, note from bag order by 1, 2",
    kept: 1,
  },
  {
    name: "rows of a new table, and its sequence",
    up: "create table k (id serial primary key, t_id int references t, name text unique); insert into k (name) values ('seed')",
    since: "insert into k (t_id, name) values (1, 'a'), (2, 'b'); update k set name = 'changed' where id = 1",
    query:
      "with n as (insert into k (name) values ('next') returning id) select id, name from k union all select id, 'next' from n order by 1",
    kept: 2,
  },
  {
    name: "a new column that points at a new table",
    up: "create table k (id int primary key); alter table t add column k_id int references k",
    since: "insert into k values (5), (6); update t set k_id = 5 where id = 1",
    query: "select t.id, t.k_id, (select count(*)::int from k) as n from t order by 1",
    kept: 2,
  },
  {
    name: "a new table under a new name, and a renamed one beside",
    up: "create table k (id int primary key); alter table k rename to kk; alter table t rename to tt; alter table tt rename a to aa; alter table tt add x int",
    since: "insert into kk values (1); update tt set x = id",
    query: "select id, x, (select count(*)::int from kk) as n from tt order by 1",
    kept: 2,
  },
  {
    name: "numeric that was widened",
    up: "alter table t alter n type numeric(12,4)",
    since: "update t set n = 7.7777 where id = 1; update t set n = 99999999.5 where id = 2",
    query: "select id, n from t order by id",
    kept: 1,
  },
  {
    name: "integer that became numeric",
    up: "alter table t alter b type numeric",
    since: "update t set b = 1.25 where id = 1; update t set b = 1e30 where id = 2",
    query: "select id, b from t order by id",
    kept: 1,
  },
  {
    name: "numeric that became a float, whose digits numeric would not all keep",
    up: "alter table t alter n type double precision",
    since:
      "update t set n = 1.0000000000000002 where id = 1; update t set n = 'NaN' where id = 2; update t set n = '-0' where id = 3",
    query: "select id, n::text as n from t order by id",
    back: ["1.00", "NaN", "0.00"],
    kept: 1,
  },
  {
    name: "integer that became real, halves among its values",
    up: "alter table t alter b type real",
    since:
      "update t set b = 2.5 where id = 1; update t set b = 16777216 where id = 2; update t set b = 3e9 where id = 3",
    query: "select id, b::text as b from t order by id",
    back: ["2", "16777216", null],
    kept: 1,
  },
  {
    name: "integers that are counted in another unit, in the same type",
    up: "alter table t alter b drop default, alter b type int using b * 100, alter b set default 700",
    since: "update t set b = 777 where id = 1",
    query: "select id, b from t order by id",
    back: [null, "2", "3"],
    kept: 1,
  },
  {
    name: "integer that became numeric through text",
    up: "alter table t alter b drop default, alter b type numeric(8,2) using b::text::numeric(8,2), alter b set default 7",
    since: "update t set b = 4.25 where id = 1; update t set b = 999999 where id = 2",
    query: "select id, b from t order by id",
    back: ["4", "999999", "3"],
    kept: 1,
  },
  {
    name: "text that became an interval through text, and a new row",
    up: "alter table w alter label type interval using label::text::interval",
    since: "insert into w (id, label, s) values (3, '90 minutes', 3)",
    query: "select id, label::text as label from w order by id",
    back: ["1", "2", "01:30:00"],
    kept: 0,
  },
  {
    name: "seconds that became a moment, and a moment that is no number of seconds",
    up: "alter table t alter b drop default, alter b type timestamptz using to_timestamp(b)",
    since: "update t set b = 'infinity' where id = 1; update t set b = '2024-01-01 00:00:00.5+00' where id = 2",
    query: "select id, b::text as b from t order by id",
    back: [null, "1704067201", "3"],
    kept: 1,
  },
  {
    name: "a domain over integer that became numeric, and a value that is no number",
    up: "alter table w alter s type numeric",
    since: "update w set s = 'NaN' where id = 1; update w set s = 1.5 where id = 2",
    query: "select id, s from w order by id",
    back: [null, "2"],
    kept: 1,
  },
  {
    name: "integer that became bigint",
    up: "alter table t alter b type bigint",
    since: "update t set b = 3000000000 where id = 1",
    query: "select id, b::text from t order by id",
    kept: 1,
  },
  {
    name: "date that became a timestamp",
    up: "alter table t add d date; update t set d = '2024-01-01'; alter table t alter d type timestamptz",
    since: "update t set d = '2024-05-05 10:11:12.5+00' where id = 1",
    query: "select id, d from t order by id",
    kept: 1,
  },
  {
    name: "a moment that was made more precise",
    up: "alter table t alter at type timestamptz(6)",
    since: "update t set at = '2024-05-05 10:11:12.123456+00' where id = 1",
    query: "select id, at::text from t order by id",
    kept: 0,
  },
  {
    name: "text that was made longer",
    up: "alter table t alter c type varchar(50)",
    since: "update t set c = 'longer than ten characters' where id = 1",
    query: "select id, c from t order by id",
    kept: 1,
  },
  {
    name: "integer that became text, by the author's own expression",
    up: "alter table t alter b drop default; alter table t alter b type text using 'n' || b",
    since: "update t set b = 'free text' where id = 1",
    query: "select id, b from t order by id",
    kept: 1,
  },
  {
    name: "a new value of an enum",
    up: "alter type mood add value 'mid'",
    since: "update t set m = 'mid' where id = 1",
    query: "select id, m from t order by id",
    kept: 1,
  },
  {
    name: "a new value of an enum in a domain",
    up: "alter type tone add value 'mid' before 'high'",
    since: "update e set s = 'mid' where id = 1; update e set s = 'low' where id = 2",
    query: "select id, s from e order by id",
    back: [null, "low", null],
    kept: 1,
  },
  {
    name: "a new value of an enum in an array that must have a value",
    up: "alter type tone add value 'mid'",
    since: "update e set all_of = '{mid,low}' where id = 1; update e set all_of = '{null,high}' where id = 3",
    query: "select id, all_of::text from e order by id",
    back: ["{}", "{}", "{NULL,high}"],
    kept: 1,
  },
  {
    name: "text that became an integer by more than a cast",
    up: "alter table w alter label type int using nullif(label, '')::int",
    since: "update w set label = 42 where id = 1",
    query: "select id, label from w order by id",
    back: ["42", "2"],
    kept: 1,
  },
  {
    name: "text with a default that became an integer by more than a cast, and a new row",
    up: "alter table w alter code drop default, alter code type int using nullif(code, '')::int, alter code set default 0",
    since: "update w set code = 42 where id = 1; insert into w (id, label, code, s) values (3, '3', 33, 3)",
    query: "select id, code from w order by id",
    back: ["42", "2", "33"],
    kept: 1,
  },
  {
    name: "text without a default that became an integer by more than a cast, and new rows",
    up: "alter table w alter label type bigint using replace(trim(label), ',', '')::bigint",
    since: "insert into w (id, label, s) values (3, 1234567890123, 3), (4, -5, 4); update w set label = 0 where id = 2",
    query: "select id, label from w order by id",
    back: ["1", "0", "1234567890123", "-5"],
    kept: 1,
  },
  {
    name: "text of a limited length that became numeric, and a number that is longer",
    up: "alter table t alter c type numeric using ('0' || substr(c, 2))::numeric",
    since:
      "update t set c = 12345678901 where id = 1; update t set c = 7 where id = 2; insert into t (id, c) values (4, 8.5)",
    query: "select id, c from t order by id",
    back: [null, null, "c3", null],
    kept: 1,
  },
  {
    name: "an enum by another, in a table without a key",
    up: "alter table bag alter b type mood using coalesce(nullif(replace(replace(b, 'same', 'low'), 'x', 'high'), ''), 'low')::mood",
    since: "insert into bag values ('new', 'high'), ('other', 'high')",
    query: "select a, b from bag order by 1, 2",
    back: ["high", "high", "x", "same", "same"],
    kept: 1,
  },
  {
    name: "a NULL that the release would turn into something",
    up: "alter table w alter span type numrange using numrange(lower(span), upper(span))",
    since: "update w set span = null where id = 1; update w set span = '[1.5,2.5]' where id = 2",
    query: "select id, span::text as span from w order by id",
    kept: 1,
  },
  {
    name: "an array whose elements may be longer",
    up: "alter table w alter tags type text[]",
    since: "update w set tags = '{longer than five}' where id = 1; update w set tags = '{b}' where id = 2",
    query: "select id, tags from w order by id",
    back: [null, "{b}"],
    kept: 1,
  },
  {
    name: "json that became text",
    up: "alter table w alter doc drop default, alter doc type text, alter doc set default '{}'",
    since: "update w set doc = 'free text' where id = 1; insert into w (id, label, doc, s) values (3, '3', 'more', 3)",
    query: "select id, doc from w order by id",
    back: ["{}", "{}", "{}"],
    kept: 1,
  },
  {
    name: "bytes that became text",
    up: "alter table w alter raw type text using encode(raw, 'hex')",
    since: "update w set raw = 'no hex' where id = 1; update w set raw = '00' where id = 2",
    query: "select id, raw from w order by id",
    kept: 1,
  },
  {
    name: "a domain that became its type",
    up: "alter table w alter s type int",
    since: "update w set s = 1000 where id = 1",
    query: "select id, s from w order by id",
    back: [null, "2"],
    kept: 1,
  },
  {
    name: "an enum that was replaced by another of its name",
    up: `create type phase_new as enum ('low', 'mid', 'high'); alter table w alter state drop default;
      alter table w alter state type phase_new using (state::text::phase_new); alter type phase rename to phase_old;
      alter type phase_new rename to phase; drop type phase_old; alter table w alter state set default 'low'`,
    since: "update w set state = 'mid' where id = 1; insert into w (id, label, state, s) values (3, '3', 'high', 3)",
    query: "select id, state from w order by id",
    back: ["low", "low", "high"],
    kept: 1,
  },
  {
    name: "a moment that was given a time zone, and a new row",
    up: "alter table w alter opened drop default, alter opened type timestamptz using opened at time zone 'UTC'",
    since:
      "update w set opened = '2025-01-01 10:00+00' where id = 1; insert into w (id, label, opened, s) values (3, '3', '2025-02-02 10:00+00', 3)",
    query: "select id, (opened at time zone 'UTC')::text as opened from w order by id",
    back: ["2025-01-01 10:00:00+00", "2024-01-01 00:00:00+00", "2025-02-02 10:00:00+00"],
    kept: 1,
    stays: 0,
  },
  {
    name: "money that became numeric",
    up: "alter table w alter price type numeric(20,4)",
    since: "update w set price = 1.2345 where id = 1; update w set price = 1e15 where id = 2",
    query: "select id, price from w order by id",
    kept: 1,
  },
  {
    name: "the author's own conversion, which makes another value of it",
    up: "alter table t alter b drop default, alter b type text using 'n' || b",
    down: "alter table t alter b type int using nullif(regexp_replace(b, '[^0-9]', '', 'g'), '')::int, alter b set default 7",
    since: "update t set b = 'x5' where id = 1; update t set b = null where id = 2",
    query: "select id, b from t order by id",
    kept: 1,
  },
  {
    name: "the author's down, which knows nothing of it",
    up: "alter table t add column note text; create table k (id int primary key)",
    down: "drop table k; alter table t drop column note",
    since: "update t set note = 'mine'; insert into k values (1)",
    query: "select id, note, (select count(*)::int from k) as n from t order by id",
    kept: 2,
  },
  {
    name: "a new part of a composite type, in a column, an array and a domain",
    up: "alter type spot add attribute note text",
    since: `update places set at = row(1, 'a', 'mine') where id = 1; update places set many = array[row(9, 'z', 'many')::spot] where id = 1;
      update places set dom = row(3, 'c', 'of a domain') where id = 2; insert into places (id, at) values (3, row(5, 'e', 'new'))`,
    query: "select id, at::text as at, many::text as many, dom::text as dom from places order by id",
    back: ["(1,a)", null, "(5,e)"],
    kept: 1,
  },
  {
    name: "numbers of a new sequence of no table",
    up: "create sequence invoices",
    since: "select nextval('invoices'); select nextval('invoices')",
    query: "select last_value::int as n, is_called from invoices",
    kept: 0,
  },
  {
    name: "names that need quoting",
    up: `create table "Or;der$since$'" ("se'lect" int primary key, "Größe" text); alter table t add "new "" col'" text`,
    since: `insert into "Or;der$since$'" values (1, 'x'); update t set "new "" col'" = 'v'`,
    query: `select id, "new "" col'" as v, (select count(*)::int from "Or;der$since$'") as n from t order by id`,
    kept: 2,
  },
];

const SETTINGS = { lockTimeout: 5_000, statementTimeout: 20_000, concurrentTimeout: 20_000 };

async function proved(major: Major, each: Case) {
  const { name, url, client } = await temporaryDatabase(major, SETUP);
  const migration = testMigration(each.up, each.down ?? null);
  const { makeClone, left } = cloning(major, name);
  const input = {
    cluster: "c",
    migrations: [migration],
    schema: null,
    makeClone,
    difference: schemaDifference,
    settings: SETTINGS,
    clock: testClock,
    thorough: false,
  };
  await client.end();
  const proof = await proveOnClone(input);
  expect([...left]).toEqual([]);
  return { proof, input, migration, url };
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? `{${value.join(",")}}` : typeof value === "string" ? value : JSON.stringify(value);
}

describe.each(["15", "18"] as const)("what was written since is put aside and comes again, on %s", (major) => {
  it.each(CASES)("$name", async (each) => {
    const { proof, input, migration, url } = await proved(major, each);
    expect(proof.findings.filter(({ code }) => code.startsWith("rollback."))).toEqual([]);
    const candidate = proof.rollbacks[0]?.candidate;
    if (!candidate) throw new Error(proof.rollbacks[0]?.differences.join(" "));
    const session = await testSession(url);
    const query = () => session.execute(each.query);
    await up(session, input, migration, candidate.keep, { aside: candidate.aside });
    await executeEach(session, each.since);
    const before = each.query.startsWith("with") ? null : await query();
    await applyRollback(session, { ...input, migration, previous: null, candidate, ledger: null });
    const copies = (await listKept(session, null)).filter(({ copy }) =>
      candidate.aside.some(({ tables }) => tables.includes(copy)),
    );
    expect(
      copies.filter(({ copy }) =>
        candidate.aside.some(({ tables, takes }) => takes.length > 0 && tables.includes(copy)),
      ).length,
    ).toBe(each.kept === 2 && each.up.includes("serial") ? 1 : each.kept);
    if (each.back) {
      const rows = (await query()) as Record<string, unknown>[];
      expect(rows.map((row) => textOf(Object.values(row)[1]))).toEqual(each.back);
    }
    if (each.between) await executeEach(session, each.between);
    await up(session, input, migration, candidate.keep, { aside: candidate.aside });
    const expected = each.ends ??
      before ?? [
        { id: 1, name: "changed" },
        { id: 2, name: "a" },
        { id: 3, name: "b" },
        { id: 4, name: "next" },
      ];
    expect(await query()).toEqual(expected);
    const stays = (await listKept(session, null)).filter(({ copy }) =>
      candidate.aside.some(({ tables }) => tables.includes(copy)),
    );
    expect(stays.length).toBe(each.stays ?? 0);
    await session.close();
  });

  it("blocks where what the release overwrites would not come back", async () => {
    const convert = "alter table t alter b drop default, alter b type varchar(30); update t set b = 'pending'";
    const up = `${convert}; alter table t rename b to z`;
    const { proof } = await proved(major, { name: "", up, since: "", query: "", kept: 1 });
    expect(proof.findings).toContainEqual(
      expect.objectContaining({
        code: "rollback.written-lost",
        severity: "error",
        message: expect.stringContaining("public.t has the 3 rows it had, with other content"),
      }),
    );
  });
});
