import { beforeAll, describe, expect, it } from "vitest";
import { bindSchemas } from "../../../lib/core/catalog/own-schema.js";
import { probeExistingConstraints, probeFreeSpace } from "../../../lib/core/probes/index.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { MAJORS } from "../../support/majors.js";
import { testClock, testScript } from "../../support/migration.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const options = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };

interface Case {
  readonly name: string;
  readonly setup: string;
  /** Behind the back of what would refuse it. */
  readonly planted: string;
  readonly code: string;
  readonly count: number;
}

const CASES: readonly Case[] = [
  {
    name: "orphans of a foreign key that cascades",
    setup:
      "create table p (id int primary key); create table t (id int primary key, a int references p on delete cascade)",
    planted: "set session_replication_role = replica; insert into t values (1, 7); reset session_replication_role",
    code: "probe.existing-foreign-key",
    count: 1,
  },
  {
    name: "orphans of several columns, MATCH FULL",
    setup:
      "create table p (a int, b int, primary key (a, b)); create table t (id int primary key, a int, b int, foreign key (a, b) references p match full)",
    planted:
      "set session_replication_role = replica; insert into t values (1, 7, null), (2, 7, 7); reset session_replication_role",
    code: "probe.existing-foreign-key",
    count: 2,
  },
  {
    name: "rows of before a NOT VALID check",
    setup: "create table t (id int primary key, a int)",
    planted: "insert into t values (1, -1), (2, null); alter table t add constraint k check (a > 0) not valid",
    code: "probe.existing-check",
    count: 1,
  },
  {
    name: "repeated values of a unique constraint",
    setup: "create table t (id int primary key, a text unique); insert into t values (1, 'x')",
    planted: `update pg_index set indisunique = false where indrelid = 't'::regclass and not indisprimary;
      insert into t values (2, 'x'), (3, 'x');
      update pg_index set indisunique = true where indrelid = 't'::regclass`,
    code: "probe.existing-unique",
    count: 2,
  },
  {
    name: "repeated values that a unique index does not know of",
    setup:
      "create table t (id int primary key, a text); create unique index t_low on t (lower(a)); insert into t values (1, 'x')",
    planted: `update pg_index set indisready = false where indexrelid = 't_low'::regclass;
      insert into t values (2, 'X'); update pg_index set indisready = true where indexrelid = 't_low'::regclass`,
    code: "probe.existing-unique",
    count: 1,
  },
  {
    name: "NULLs in a column that is NOT NULL",
    setup: "create table t (id int primary key, a int not null, b text not null)",
    planted: `update pg_attribute set attnotnull = false where attrelid = 't'::regclass and attname = 'a';
      insert into t values (1, null, 'x'); update pg_attribute set attnotnull = true where attrelid = 't'::regclass and attname = 'a'`,
    code: "probe.existing-not-null",
    count: 1,
  },
  {
    name: "NULLs in a column that is NOT NULL and has a default",
    setup: "create table t (id int primary key, a int not null default 7, b text)",
    planted: `update pg_attribute set attnotnull = false where attrelid = 't'::regclass and attname = 'a';
      insert into t values (1, null, 'x'); update pg_attribute set attnotnull = true where attrelid = 't'::regclass and attname = 'a'`,
    code: "probe.existing-not-null",
    count: 1,
  },
  {
    name: "rows that an exclusion constraint forbids",
    setup:
      "create table t (id int primary key, r int4range, exclude using gist (r with &&)); insert into t values (1, '[1,5)')",
    planted: `update pg_index set indisready = false where indrelid = 't'::regclass and not indisprimary;
      insert into t values (2, '[4,9)'); update pg_index set indisready = true where indrelid = 't'::regclass`,
    code: "probe.existing-exclusion",
    count: 1,
  },
];

/** PostgreSQL 18 has keys over time, and foreign keys that a period must cover. */
const SINCE_18: readonly Case[] = [
  {
    name: "a foreign key whose PERIOD is not covered",
    setup: `create table p (id int4range, during daterange, primary key (id, during without overlaps));
      create table t (n int primary key, id int4range, during daterange, foreign key (id, period during) references p (id, period during));
      insert into p values ('[1,2)', '[2024-01-01,2024-03-01)'), ('[1,2)', '[2024-03-01,2024-06-01)');
      insert into t values (1, '[1,2)', '[2024-02-01,2024-04-01)')`,
    planted:
      "set session_replication_role = replica; insert into t values (2, '[1,2)', '[2024-05-01,2024-08-01)'), (3, '[9,10)', '[2024-01-01,2024-02-01)'); reset session_replication_role",
    code: "probe.existing-foreign-key",
    count: 2,
  },
  {
    name: "a NOT NULL that is NOT VALID",
    setup: "create table t (id int primary key, a int)",
    planted: "insert into t values (1, null); alter table t add constraint nn not null a not valid",
    code: "probe.existing-not-null",
    count: 1,
  },
];

async function existing(major: Major, setup: string) {
  const { url, client } = await temporaryDatabase(major, setup);
  const session = await testSession(url, "read");
  const queries = probeExistingConstraints(await readCatalog(session, null));
  const ask = async () => {
    const answers = [];
    for (const query of queries) answers.push({ query, result: await runProbe(session, query, options) });
    return answers;
  };
  return { client, ask };
}

describe.each(MAJORS)("what is there already, on PostgreSQL %s", (major) => {
  const cases = Number(major) >= 18 ? [...CASES, ...SINCE_18] : CASES;

  it.each(cases)("$name", async ({ setup, planted, code, count }) => {
    const clean = await existing(major, setup);
    for (const { result } of await clean.ask()) expect(result).toMatchObject({ status: "pass" });
    const tenant = await existing(major, `${setup}; ${planted}`);
    const hits = (await tenant.ask()).filter(({ result }) => result.status !== "pass");
    expect(hits).toMatchObject([{ query: { code }, result: { status: "hit", count } }]);
    const repair = hits[0]?.query.repair;
    const undecided = code.endsWith("not-null") && !setup.includes("default");
    if (undecided || (code.endsWith("foreign-key") && setup.includes("period"))) {
      // Which value or which time is right only a person can say.
      expect(repair).toBeNull();
      return;
    }
    await tenant.client.query(bindSchemas(repair ?? "", null));
    for (const { result } of await tenant.ask()) expect(result).toMatchObject({ status: "pass" });
  });

  it("weighs the rewrites of a migration together against the space that is free", async () => {
    const setup = `create table t (id int primary key, a int); insert into t select n, n from generate_series(1, 1000) n;
      create table u (id int primary key, a int); insert into u select n, n from generate_series(1, 1000) n; analyze`;
    const { url, client } = await temporaryDatabase(major, setup);
    const session = await testSession(url, "read");
    const catalog = await readCatalog(session, null);
    const { rows } = await client.query("select pg_total_relation_size('t')::int as bytes");
    const one: number = rows[0].bytes;
    const ask = async (sql: string, bytes: number, known = true) => {
      const queries = probeFreeSpace(testScript(sql, "r.sql").statements, catalog, { bytes, known });
      return queries[0] ? runProbe(session, queries[0], options) : null;
    };
    const both = "alter table t alter a type bigint; alter table u alter a type bigint";
    expect(await ask("alter table t alter a type bigint", one)).toMatchObject({ status: "pass" });
    expect(await ask(both, one)).toMatchObject({
      status: "hit",
      count: 2,
      keys: [expect.stringMatching(/"t" has \d+/), expect.anything()],
    });
    expect(await ask(both, 2 * one)).toMatchObject({ status: "pass" });
    expect(await ask(both, 2 * one, false)).toMatchObject({ status: "pass" });
    expect(await ask(both, one, false)).toMatchObject({
      status: "unknown",
      reason: expect.stringContaining("probes.freeSpace"),
    });
    expect(await ask("alter table t add n int", 0)).toBeNull();
  });
});
