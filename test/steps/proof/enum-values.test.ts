import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";

beforeAll(() => loadParser());

const PAIR = "create type pair as (m mood, n int);";
const TOUCH = "create function t() returns trigger language plpgsql as 'begin return new; end';";

/** What an enum is used by, which each stood in the way of taking a value from it. */
const USERS: Readonly<Record<string, string>> = {
  "a column with a default":
    "create table felt (id int primary key, s mood not null default 'low'); insert into felt values (1, 'low')",
  "a composite type": `${PAIR} create table felt (id int primary key, p pair); insert into felt values (1, row('low', 2)), (2, null), (3, row(null, null))`,
  "a composite type that nothing uses": PAIR,
  "an array of a composite type": `${PAIR} create table felt (p pair[]); insert into felt values (array[row('low', 2)::pair, null])`,
  "a domain": `create domain calm as mood constraint no check (value <> 'high') default 'low' not null; comment on domain calm is 'kept';
    create table felt (id int primary key, s calm default 'low'); insert into felt values (1, 'low')`,
  "a domain of an array":
    "create domain calm as mood[]; create table felt (s calm); insert into felt values ('{low,high}')",
  "a domain in a composite type": `create domain calm as mood; create type pair as (c calm, n int); create table felt (p pair); insert into felt values (row('low', 2))`,
  "a domain that checks by a function": `create function ok(mood) returns boolean language sql immutable as $$ select $1 = 'low' $$;
    create domain calm as mood check (ok(value)); create table felt (s calm); insert into felt values ('low')`,
  "a generated column":
    "create table felt (id int primary key, s mood, l boolean generated always as (s = 'low') stored); insert into felt (id, s) values (1, 'low')",
  "a generated column of its own":
    "create table felt (n int, s mood generated always as (case when n > 1 then 'low'::mood else 'high'::mood end) stored); insert into felt values (2)",
  "a generated column of a composite type": `${PAIR} create table felt (p pair, n int generated always as ((p).n) stored); insert into felt values (row('low', 2))`,
  "an index and a view of a generated column": `create table felt (id int primary key, s mood, l boolean generated always as (s = 'low') stored); create index felt_l on felt (l);
    create view low as select id from felt where l; insert into felt (id, s) values (1, 'low')`,
  "a foreign key":
    "create table felt (s mood primary key); insert into felt values ('low'); create table f (s mood references felt); insert into f values ('low')",
  "a check, a partial index and an index of an expression": `create table felt (id int, s mood, t mood, check (s in ('low', 'high')), check (s <= t)); create unique index u on felt (id) where s = 'low';
    create index e on felt ((s = 'low')); insert into felt values (1, 'low', 'high')`,
  "views, a function and a policy": `create table felt (s mood); create function f(m mood) returns mood language sql immutable as 'select m';
    create view v as select f(s) as s from felt; create view w as select s from v where s = 'low'; alter table felt enable row level security;
    create policy p on felt using (s = 'low'); grant select on w to public; comment on view v is 'kept'; insert into felt values ('low')`,
  "a function in its own syntax":
    "create table felt (s mood); create function f() returns bigint language sql begin atomic select count(*) from felt where s = 'low'; end",
  "a trigger of the column": `create table felt (s mood); ${TOUCH} create trigger t before update of s on felt for each row when (new.s = 'low') execute function t()`,
  "a materialized view":
    "create table felt (s mood); insert into felt values ('low'); create materialized view v as select s from felt; create index on v (s)",
  "partitions with defaults": `create table felt (id int, s mood default 'low') partition by range (id); create table felt1 partition of felt (s default 'high') for values from (0) to (10);
    insert into felt values (1, 'low')`,
  "a cast and an operator": `create table felt (s mood); create function n(mood) returns int language sql immutable as 'select 1'; create cast (mood as int) with function n(mood);
    create function e(mood, int) returns boolean language sql immutable as 'select true'; create operator === (leftarg = mood, rightarg = int, function = e)`,
  "extended statistics": "create table felt (s mood, t mood); create statistics st on s, t from felt",
  "another type of the same name":
    "create schema other; create type other.mood as enum ('low', 'x'); create table felt (s mood, o other.mood default 'x'); insert into felt values ('low', 'low')",
};

/** What stays without a way back: the server has no statement for it. */
const IMPOSSIBLE: Readonly<Record<string, readonly [string, RegExp]>> = {
  "a partition key": ["create table felt (s mood) partition by list (s)", /part of the partition key/],
  "a typed table": [`${PAIR} create table felt of pair`, /typed table/],
  "a range": ["create type moods as range (subtype = mood)", /moods is a range of it/],
};

describe.each(MAJORS)("a value that an enum gets goes again, on %s", (major) => {
  async function proved(setup: string, up = "alter type mood add value 'mid' before 'high'") {
    const { name, client } = await temporaryDatabase(major, `create type mood as enum ('low', 'high'); ${setup}`);
    await client.end();
    const { makeClone } = cloning(major, name);
    return proveOnClone({
      cluster: "c",
      migrations: [testMigration(up)],
      schema: null,
      makeClone,
      difference: null,
      settings: { lockTimeout: 2_000, statementTimeout: 10_000, concurrentTimeout: 10_000 },
      clock: testClock,
      thorough: false,
    });
  }

  it.each(Object.entries(USERS))("from under %s", async (_, setup) => {
    const { rollbacks, upAgain } = await proved(setup);
    expect(rollbacks[0]?.trials).toMatchObject([
      { source: "inverse", verdict: /generated/.test(setup) ? expect.stringMatching(/exact|order/) : "exact" },
    ]);
    expect(upAgain).toBe(true);
  });

  it("of several, rebuilding the type once", async () => {
    const setup = "create table felt (s mood); insert into felt values ('low')";
    const { rollbacks } = await proved(
      setup,
      "alter type mood add value 'mid'; alter type mood add value 'top' after 'mid'; alter type mood add value 'end'",
    );
    expect(rollbacks[0]).toMatchObject({ verdict: "exact", candidate: { source: "inverse" } });
    const rebuilt = rollbacks[0]?.candidate?.statements.filter((sql) => sql.startsWith("CREATE TYPE"));
    expect(rebuilt).toEqual([`CREATE TYPE "public"."mood" AS ENUM ('low', 'high')`]);
  });

  it.each(Object.entries(IMPOSSIBLE))("says why it cannot from under %s", async (_, [setup, reason]) => {
    const { rollbacks } = await proved(setup);
    expect(rollbacks[0]?.candidate).toBeFalsy();
    expect(JSON.stringify(rollbacks[0]?.trials)).toMatch(reason);
  });
});
