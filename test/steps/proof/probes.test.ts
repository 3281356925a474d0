import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { deriveProbes, PROBES } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { testClock, testScript } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const options = { schema: null, timeout: 10_000, costLimit: 1e7, clock: testClock };

interface Case {
  readonly name: string;
  readonly schema: string;
  /** Rows that break nothing. */
  readonly clean: string;
  /** Rows that the migration would trip over. */
  readonly planted: string;
  readonly migration: string;
  readonly code: string;
  readonly count: number;
  readonly keys?: readonly string[];
  /** False where only a person can decide. */
  readonly repair?: false;
}

/** Tested in test/integration/probes. */
const ELSEWHERE = ["probe.dependents", "probe.old-snapshots", "probe.enum-value", "probe.unreadable"];

const T = "create table t (id int primary key, a int, b int, c text);";

const CASES: readonly Case[] = [
  {
    name: "NULLs before SET NOT NULL",
    schema: T,
    clean: "insert into t values (1, 1)",
    planted: "insert into t values (7, null), (8, null)",
    migration: "alter table t alter a set not null",
    code: "probe.not-null",
    count: 2,
    keys: ["id=7", "id=8"],
    // Nobody said what stands for nothing.
    repair: false,
  },
  {
    name: "NULLs before SET NOT NULL, with a default",
    schema: "create table t (id int primary key, a int default 3)",
    clean: "insert into t values (1, 1)",
    planted: "insert into t values (7, null)",
    migration: "alter table t alter a set not null",
    code: "probe.not-null",
    count: 1,
  },
  {
    name: "NULLs before a primary key",
    schema: "create table t (a int, b int)",
    clean: "insert into t values (1, 1), (2, 1)",
    planted: "insert into t values (5, null)",
    migration: "alter table t add primary key (a, b)",
    code: "probe.not-null",
    count: 1,
    repair: false,
  },
  {
    name: "a new NOT NULL column without a value",
    schema: T,
    clean: "",
    planted: "insert into t values (1), (2)",
    migration: "alter table t add d int not null",
    code: "probe.new-not-null-column",
    count: 2,
    repair: false,
  },
  {
    name: "duplicates before a unique index",
    schema: T,
    clean: "insert into t values (1, 1, 1), (2, 1, 2), (3, 1, null), (4, 1, null)",
    planted: "insert into t values (5, 1, 2), (6, 1, 2)",
    migration: "create unique index on t (a, b)",
    code: "probe.unique",
    count: 2,
    keys: ["id=5", "id=6"],
  },
  {
    name: "duplicates with NULLS NOT DISTINCT",
    schema: T,
    clean: "insert into t values (1, 1), (2, null)",
    planted: "insert into t values (3, null)",
    migration: "alter table t add constraint u unique nulls not distinct (a)",
    code: "probe.unique",
    count: 1,
    keys: ["id=3"],
  },
  {
    name: "duplicates of an expression under a predicate",
    schema: T,
    clean: "insert into t values (1, 1, 1, 'x'), (2, 1, 1, 'y'), (3, 0, 1, 'X')",
    planted: "insert into t values (4, 1, 1, 'X')",
    migration: "create unique index on t (lower(c)) where a = 1",
    code: "probe.unique",
    count: 1,
    keys: ["id=4"],
  },
  {
    name: "duplicates under another collation",
    schema: `create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false); ${T}`,
    clean: "insert into t values (1, 1, 1, 'x'), (2, 1, 1, 'y')",
    planted: "insert into t values (3, 1, 1, 'X')",
    migration: "create unique index on t (c collate ci)",
    code: "probe.unique",
    count: 1,
  },
  {
    name: "orphans before a composite foreign key",
    schema: "create table p (x int, y int, primary key (x, y)); create table t (id int primary key, a int, b int)",
    clean: "insert into p values (1, 1); insert into t values (1, 1, 1), (2, 9, null)",
    planted: "insert into t values (3, 1, 2)",
    migration: "alter table t add foreign key (a, b) references p",
    code: "probe.foreign-key",
    count: 1,
    keys: ["id=3"],
  },
  {
    name: "half-NULL keys before MATCH FULL",
    schema:
      "create table p (x int, y int, primary key (x, y)); create table t (id int primary key, a int not null, b int)",
    clean: "insert into p values (1, 1); insert into t values (1, 1, 1)",
    planted: "insert into t values (2, 1, null), (3, 4, 4)",
    migration: "alter table t add foreign key (a, b) references p match full",
    code: "probe.foreign-key",
    count: 2,
  },
  {
    name: "orphans before VALIDATE",
    schema: "create table p (x int primary key); create table t (id int primary key, a int)",
    clean: "insert into p values (1); insert into t values (1, 1)",
    planted: "insert into t values (2, 9); alter table t add constraint f foreign key (a) references p not valid",
    migration: "alter table t validate constraint f",
    code: "probe.foreign-key",
    count: 1,
  },
  {
    name: "CHECK violations",
    schema: T,
    clean: "insert into t values (1, 1), (2, null)",
    planted: "insert into t values (3, -1)",
    migration: "alter table t add constraint k check (a > 0)",
    code: "probe.check",
    count: 1,
    keys: ["id=3"],
  },
  {
    name: "domain violations",
    schema: "create domain d as int; create table t (id int primary key, a d)",
    clean: "insert into t values (1, 1), (2, null)",
    planted: "insert into t values (3, -1)",
    migration: "alter domain d add constraint k check (value > 0)",
    code: "probe.domain",
    count: 1,
    keys: ["id=3"],
  },
  {
    name: "text that is no number",
    schema: T,
    clean: "insert into t values (1, 1, 1, '12'), (2, 1, 1, ' -7 '), (3, 1, 1, null)",
    planted: "insert into t values (4, 1, 1, 'x'), (5, 1, 1, '99999999999')",
    migration: "alter table t alter c type int using c::int",
    code: "probe.type-change",
    count: 2,
    keys: ["id=4", "id=5"],
  },
  {
    name: "numbers out of range",
    schema: "create table t (id int primary key, a bigint)",
    clean: "insert into t values (1, 2147483647)",
    planted: "insert into t values (2, 2147483648)",
    migration: "alter table t alter a type int",
    code: "probe.type-change",
    count: 1,
    keys: ["id=2"],
  },
  {
    name: "texts that are too long",
    schema: T,
    clean: "insert into t values (1, 1, 1, 'abc')",
    planted: "insert into t values (2, 1, 1, 'abcd')",
    migration: "alter table t alter c type varchar(3)",
    code: "probe.type-change",
    count: 1,
    keys: ["id=2"],
  },
  {
    name: "numbers with too many digits",
    schema: "create table t (id int primary key, a numeric)",
    clean: "insert into t values (1, 999.99)",
    planted: "insert into t values (2, 999.999)",
    migration: "alter table t alter a type numeric(5, 2)",
    code: "probe.type-change",
    count: 1,
    keys: ["id=2"],
  },
  {
    name: "a conversion of the author's own that fails",
    schema: T,
    clean: "insert into t values (1, 1, 1, '2020-01-01')",
    planted: "insert into t values (2, 1, 1, 'soon')",
    migration: "alter table t alter c type date using to_date(c, 'YYYY-MM-DD')",
    code: "probe.type-change",
    count: 1,
    repair: false,
  },
  {
    name: "overlapping ranges before EXCLUDE",
    schema: "create table t (id int primary key, r int4range)",
    clean: "insert into t values (1, '[1,5)'), (2, '[5,9)')",
    planted: "insert into t values (3, '[4,6)')",
    migration: "alter table t add exclude using gist (r with &&)",
    code: "probe.exclusion",
    count: 2,
    keys: ["id=2", "id=3"],
  },
  {
    name: "rows outside the bound of a new partition",
    schema: "create table p (k int) partition by range (k); create table t (k int)",
    clean: "insert into t values (1), (9)",
    planted: "insert into t values (10), (null)",
    migration: "alter table p attach partition t for values from (1) to (10)",
    code: "probe.partition-bound",
    count: 2,
  },
  {
    name: "rows of the default partition inside a new bound",
    schema: "create table p (k int) partition by list (k); create table d partition of p default",
    clean: "insert into p values (1), (2)",
    planted: "insert into p values (3)",
    migration: "create table n partition of p for values in (3, 4)",
    code: "probe.partition-bound",
    count: 1,
  },
];

describe.each(["15", "18"] as const)("probes on %s", (major) => {
  it.each(CASES)("$name", async (given) => {
    const { url, client } = await temporaryDatabase(major, `${given.schema}; ${given.clean}`);
    const session = await testSession(url);
    const probe = async () => {
      const statements = testScript(given.migration, "m.sql").statements;
      const queries = deriveProbes(statements, await readCatalog(session, null)).filter(
        ({ code }) => code === given.code,
      );
      const results = [];
      for (const query of queries) results.push({ query, result: await runProbe(session, query, options) });
      return results;
    };
    expect((await probe()).map(({ result }) => result).filter(({ status }) => status !== "pass")).toEqual([]);
    await client.query(given.planted);
    const found = (await probe()).filter(({ result }) => result.status !== "pass");
    expect(found).toHaveLength(1);
    const [hit] = found;
    expect(hit?.result).toMatchObject({
      status: "hit",
      count: given.count,
      ...(given.keys ? { keys: given.keys } : {}),
    });
    await expect(client.query(given.migration)).rejects.toThrow();
    expect(hit?.query.repair === null).toBe(given.repair === false);
    if (!hit || hit.query.repair === null) return;
    await client.query(bindSchemas(hit.query.repair, null));
    expect((await probe()).map(({ result }) => result).filter(({ status }) => status !== "pass")).toEqual([]);
    await client.query(given.migration);
  });
});

describe("runProbe", () => {
  it("calls a probe unknown that is too expensive, too slow or fails", async () => {
    const { url } = await temporaryDatabase(
      "18",
      "create table t (a int); insert into t select generate_series(1, 1000)",
    );
    const session = await testSession(url);
    const [query] = deriveProbes(
      testScript("alter table t alter a set not null", "m.sql").statements,
      await readCatalog(session, null),
    );
    if (!query) throw new Error("no probe was derived");
    expect(await runProbe(session, query, { ...options, costLimit: 1 })).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("cost"),
    });
    const slow = { ...query, count: "select count(*) as count from pg_sleep(5)" };
    expect(await runProbe(session, slow, { ...options, timeout: 50 })).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("50 ms"),
    });
    const broken = { ...query, count: "select count(*) as count from nowhere" };
    expect(await runProbe(session, broken, options)).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("42P01"),
    });
    expect(await runProbe(session, query, options)).toMatchObject({ status: "pass" });
  });

  it("changes nothing, whatever the query says", async () => {
    const { url, client } = await temporaryDatabase("18", "create table t (a int)");
    const session = await testSession(url);
    const [query] = deriveProbes(
      testScript("alter table t alter a set not null", "m.sql").statements,
      await readCatalog(session, null),
    );
    if (!query) throw new Error("no probe was derived");
    const hostile = { ...query, count: "insert into t values (1) returning 1 as count" };
    expect(await runProbe(session, hostile, options)).toMatchObject({ status: "unknown" });
    expect((await client.query("select * from t")).rowCount).toBe(0);
  });

  it("has a case for every probe", () => {
    const covered = new Set([...CASES.map(({ code }) => code), ...ELSEWHERE]);
    expect(PROBES.filter(({ code }) => !covered.has(code))).toEqual([]);
  });
});
