import { describe, expect, it } from "vitest";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";
import { probed } from "./probing.js";

const options = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };

interface Case {
  readonly name: string;
  readonly setup: string;
  readonly planted: string;
  readonly release: string;
  readonly code: string;
  readonly count: number;
  /** Only a person can decide. */
  readonly unrepaired?: true;
}

const texts = (type: string, clean: readonly string[], planted: readonly string[]): Case => ({
  name: `texts that are no ${type}`,
  setup: `create table t (id int primary key, c text); insert into t (id, c) select n, v from unnest(array[${clean.map((each) => `'${each}'`).join(", ")}]) with ordinality x(v, n)`,
  planted: `insert into t (id, c) select 100 + n, v from unnest(array[${planted.map((each) => `'${each}'`).join(", ")}]) with ordinality x(v, n)`,
  release: `alter table t alter c type ${type} using c::${type}`,
  code: "probe.type-change",
  count: planted.length,
});

const CASES: readonly Case[] = [
  texts(
    "uuid",
    ["00000000-0000-0000-0000-000000000001", "{00000000000000000000000000000001}"],
    ["x", "{0000", "00000000-0000-0000-0000-00000000000"],
  ),
  texts("boolean", ["t", "TRUE", " yes", "of", "0"], ["o", "maybe", "tt"]),
  texts("numeric(4,1)", ["1", "-999.94", "NaN", "1e2"], ["999.96", "1000", "one", "1e"]),
  texts("double precision", ["1e308", "inf", "-Infinity", ".5"], ["1e309", "1..2", ""]),
  texts("bigint", [" 9223372036854775807 ", "-1"], ["9223372036854775808", "1.5", ""]),
  {
    name: "numbers that a real cannot hold",
    setup:
      "create table t (id int primary key, a double precision); insert into t values (1, 3e38), (2, 'inf'), (3, 'nan')",
    planted: "insert into t values (4, 4e38)",
    release: "alter table t alter a type real",
    code: "probe.type-change",
    count: 1,
  },
  {
    name: "texts that are cut without a word",
    setup: "create table t (id int primary key, c text not null); insert into t values (1, 'abc'), (2, 'abc  ')",
    planted: "insert into t values (3, 'abcd')",
    release: "alter table t alter c type varchar(3)",
    code: "probe.type-change",
    count: 1,
  },
  {
    name: "values that a conversion of the author's own turns into NULL",
    setup: "create table t (id int primary key, c text not null); insert into t values (1, '5')",
    planted: "insert into t values (2, '')",
    release: "alter table t alter c type int using nullif(c, '')::int",
    code: "probe.type-change",
    count: 1,
    unrepaired: true,
  },
  {
    name: "duplicates among numbers, which move aside",
    setup: "create table t (id int primary key, a int); insert into t values (1, 1), (2, 2)",
    planted: "insert into t values (3, 2), (4, 2)",
    release: "alter table t add unique (a)",
    code: "probe.unique",
    count: 2,
  },
  {
    name: "duplicates of rows to which others refer, in a key that may be NULL",
    setup: `create table t (id int primary key, mail text); insert into t values (1, 'a@x'), (2, 'b@x');
      create table u (t int references t); insert into u values (1), (2)`,
    planted: "insert into t values (3, 'a@x'); insert into u values (3)",
    release: "create unique index on t (mail)",
    code: "probe.unique",
    count: 1,
  },
  {
    name: "duplicates of rows to which others refer, in a key that must have a value",
    setup: `create table t (id int primary key, mail text not null); insert into t values (1, 'a@x'), (2, 'b@x');
      create table u (t int references t); insert into u values (1), (2)`,
    planted: "insert into t values (3, 'a@x'); insert into u values (3)",
    release: "create unique index on t (mail)",
    code: "probe.unique",
    count: 1,
    unrepaired: true,
  },
  {
    name: "duplicates in a table without a key",
    setup: "create table t (a int); insert into t values (1), (2)",
    planted: "insert into t values (2)",
    release: "alter table t add primary key (a)",
    code: "probe.unique",
    count: 1,
  },
  {
    name: "duplicates in a partitioned table",
    setup: `create table t (a int, b text) partition by list (a); create table t1 partition of t for values in (1);
      create table t2 partition of t for values in (2); insert into t values (1, 'x'), (2, 'x')`,
    planted: "insert into t values (2, 'x')",
    release: "create unique index on t (a, b)",
    code: "probe.unique",
    count: 1,
  },
  {
    name: "orphans in a column that must not be NULL, with a parent that needs only its key",
    setup: `create table p (id int primary key, n text); create table t (id int primary key, a int not null);
      insert into p values (1); insert into t values (1, 1)`,
    planted: "insert into t values (2, 8), (3, 8)",
    release: "alter table t add foreign key (a) references p",
    code: "probe.foreign-key",
    count: 2,
  },
  {
    name: "a primary key over an index with NULLs",
    setup: "create table t (a int); insert into t values (1)",
    planted: "insert into t values (null)",
    release: "create unique index i on t (a); alter table t add primary key using index i",
    code: "probe.not-null",
    count: 1,
    unrepaired: true,
  },
  {
    name: "an array of a domain, which the server refuses to look into",
    setup: "create domain d as int; create table t (id int primary key, a d)",
    planted: "alter table t add b d[]",
    release: "alter domain d add constraint k check (value > 0)",
    code: "probe.domain",
    count: 1,
    unrepaired: true,
  },
  {
    name: "a domain over a domain",
    setup: `create domain d as int; create domain e as d; create table t (id int primary key, a e);
      insert into t values (1, 1), (2, null)`,
    planted: "insert into t values (3, 0)",
    release: "alter domain d add constraint k check (value > 0)",
    code: "probe.domain",
    count: 1,
  },
  {
    name: "a domain's constraint that is validated later",
    setup: `create domain d as int; create table t (id int primary key, a d); insert into t values (1, 5);
      create table u (id int primary key, a d); insert into u values (2, -5);
      alter domain d add constraint k check (value > 0) not valid; delete from u`,
    planted:
      "alter domain d drop constraint k; insert into t values (2, -5); alter domain d add constraint k check (value > 0) not valid",
    release: "alter domain d validate constraint k",
    code: "probe.domain",
    count: 1,
  },
  {
    name: "rows that do not belong to a hash partition",
    setup: "create table p (k int) partition by hash (k); create table t (k int)",
    planted: "insert into t select generate_series(1, 2)",
    release: "alter table p attach partition t for values with (modulus 1000, remainder 999)",
    code: "probe.partition-bound",
    count: 2,
  },
  {
    name: "rows outside a range of several columns with an open end",
    setup:
      "create table p (a int, b int) partition by range (a, b); create table t (a int, b int); insert into t values (1, 5), (2, 0)",
    planted: "insert into t values (1, 4), (3, 0)",
    release: "alter table p attach partition t for values from (1, 5) to (2, maxvalue)",
    code: "probe.partition-bound",
    count: 2,
  },
  {
    name: "rows of a new default partition that belong to another",
    setup: `create table p (k text) partition by list (k); create table one partition of p for values in ('a', null);
      create table t (k text); insert into t values ('b')`,
    planted: "insert into t values ('a'), (null)",
    release: "alter table p attach partition t default",
    code: "probe.partition-bound",
    count: 2,
  },
  {
    name: "ranges that meet in a bound of both, in one room",
    setup: `create extension btree_gist; create table t (id int primary key, room int, r numrange);
      insert into t values (1, 1, '[1,2)'), (2, 1, '[2,3]'), (3, 2, '[1,9]'), (4, 1, 'empty'), (5, null, '[1,9]')`,
    planted: "insert into t values (6, 1, '[3,4)')",
    release: "alter table t add exclude using gist (room with =, r with &&)",
    code: "probe.exclusion",
    count: 1,
  },
  {
    name: "circles that overlap",
    setup: "create table t (id int primary key, c circle); insert into t values (1, '<(0,0),1>'), (2, '<(9,9),1>')",
    planted: "insert into t values (3, '<(0,0),2>')",
    release: "alter table t add exclude using gist (c with &&)",
    code: "probe.exclusion",
    count: 1,
  },
  {
    name: "a view that reads what is dropped",
    setup: "create table t (id int primary key, a int)",
    planted: "create view v as select a from t",
    release: "alter table t drop a",
    code: "probe.dependents",
    count: 1,
    unrepaired: true,
  },
  {
    name: "a foreign key to what is dropped",
    setup: "create table t (id int primary key)",
    planted: "create table c (a int references t)",
    release: "drop table t",
    code: "probe.dependents",
    count: 1,
    unrepaired: true,
  },
  {
    name: "a column of a type that is dropped",
    setup: "create type mood as enum ('a'); create table t (id int primary key)",
    planted: "alter table t add m mood",
    release: "drop type mood",
    code: "probe.dependents",
    count: 1,
    unrepaired: true,
  },
];

describe.each(MAJORS)("planted on PostgreSQL %s", (major) => {
  it.each(CASES)("$name", async ({ setup, planted, release, code, count, unrepaired }) => {
    const clean = await probed(major, setup, release);
    for (const result of await clean.ask()) expect(result).toMatchObject({ status: "pass" });
    expect(await clean.release()).toBeNull();

    const tenant = await probed(major, `${setup}; ${planted}`, release);
    const results = await tenant.ask();
    const at = results.findIndex((result, index) => result.status !== "pass" && tenant.queries[index]?.code === code);
    expect(results[at], JSON.stringify(results)).toMatchObject({ status: "hit", count });
    const query = tenant.queries[at];
    if (unrepaired || !query) {
      expect(query?.repair).toBeNull();
      expect(await tenant.release()).not.toBeNull();
      return;
    }
    await tenant.repair(query);
    for (const result of await tenant.ask()) expect(result).toMatchObject({ status: "pass" });
    expect(await tenant.release()).toBeNull();
  });

  it("lets go what the release drops itself before", async () => {
    const setup =
      "create table t (id int primary key, a int); create table c (a int references t); create view v as select a from t";
    const tenant = await probed(major, setup, "drop view v; drop table c, t");
    for (const result of await tenant.ask()) expect(result).toMatchObject({ status: "pass" });
    expect(await tenant.release()).toBeNull();
  });

  it("names the transactions that a concurrent build would wait for", async () => {
    const { url, client } = await temporaryDatabase(major, "create table t (a int)");
    const session = await testSession(url, "read");
    const script = testScript("create index concurrently on t (a)", "r.sql", "none");
    const [query] = (await probed(major, "create table t (a int)", script.statements[0]?.sql ?? "")).queries;
    if (!query) throw new Error("no probe");
    expect(await runProbe(session, query, options)).toMatchObject({ status: "pass" });
    await client.query("begin isolation level repeatable read; select from t");
    const soon = { ...query, count: query.count.replaceAll("1 minute", "0 seconds") };
    expect(await runProbe(session, soon, options)).toMatchObject({ status: "hit", count: 1 });
    await client.query("rollback");
  });

  it("does not take the rows that row security hides for none", async () => {
    const role = `reader_${major}`;
    const tenant = await probed(
      major,
      `create table t (id int primary key, a int); insert into t values (1, null); alter table t enable row level security;
       do $$ begin if not exists (select from pg_roles where rolname = '${role}') then create role ${role} login; end if; end $$;
       grant select on t to ${role}; alter table t owner to postgres`,
      "alter table t alter a set not null",
    );
    await tenant.as(role);
    expect(await tenant.ask()).toMatchObject([
      { status: "unknown", reason: expect.stringContaining("row-level security") },
    ]);
  });
});
