import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import type { ProbeResult } from "../../../lib/core/probes/index.js";
import { type StoppingRows, stoppingRows } from "../../../lib/core/probes/stopping-rows.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { DatabaseError, type Session } from "../../../lib/ports/database.js";
import { listKept } from "../../../lib/steps/kept/kept.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
import { runProbe } from "../../../lib/steps/probing/run-probe.js";
import { up } from "../../../lib/steps/proof/apply-on-clone.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `
  create domain few as int check (value > 0);
  create table t (id int primary key, cents int not null, n numeric(8,2) unique, state text not null, span int4range, exclude using gist (span with &&),
    kind text default 'new' constraint held check (kind in ('new', 'old')), of int references t, d few);
  create unique index t_state on t (lower(state)) where cents > 0;
  create table g (id int primary key, body text not null); insert into g values (1, 'a'), (2, 'b');
  create table p (k int) partition by range (k); create table p1 partition of p for values from (0) to (10); create table p2 partition of p for values from (10) to (20);
  insert into t values (1, 100, 1.5, 'paid', '[1,5)'), (2, 200, 2.5, 'new', '[5,9)');
`;

interface Case {
  readonly name: string;
  readonly up: string;
  readonly since: string;
  readonly reason: string;
  /** What the queries before a rollback answer then; default: a number of rows. */
  readonly counted?: "unknown";
}

const CASES: readonly Case[] = [
  {
    name: "a NOT NULL column whose earlier value nobody knows, and a new row",
    up: "alter table t alter cents type numeric using cents / 100.0",
    since: "insert into t values (3, 7.5, 3, 'x', null)",
    reason: "null",
    counted: "unknown",
  },
  {
    name: "a comparison, of which any text would do",
    up: "drop index t_state; alter table t alter state type boolean using (state = 'paid')",
    since: "insert into t values (3, 7, 3, false, null)",
    reason: "null",
    counted: "unknown",
  },
  {
    name: "what a CASE falls back on",
    up: "drop index t_state; alter table t alter state type int using (case state when 'paid' then '1' else '0' end)::int",
    since: "insert into t values (3, 7, 3, 0, null)",
    reason: "null",
    counted: "unknown",
  },
  {
    name: "a unique key over what a narrower type rounds to the same",
    up: "alter table t alter n type numeric(12,4)",
    since: "insert into t values (3, 7, 7.7777, 'x', null), (4, 7, 7.7778, 'y', null)",
    reason: "unique",
  },
  {
    name: "a unique key over what an integer rounds to the same",
    up: "alter table t alter n type double precision",
    since: "insert into t values (3, 7, 7.5701, 'x', null), (4, 7, 7.5702, 'y', null)",
    reason: "unique",
  },
  {
    name: "a NOT NULL that the release drops",
    up: "alter table t alter state drop not null",
    since: "insert into t values (3, 7, 3, null, null)",
    reason: "rows of public.t where state is NULL",
  },
  {
    name: "a CHECK that the release drops",
    up: "alter table t drop constraint held",
    since: "insert into t values (3, 7, 3, 'x', null, 'lost')",
    reason: "rows of public.t for which kind =",
  },
  {
    name: "a CHECK that the release widens",
    up: "alter table t drop constraint held, add constraint held check (kind in ('new', 'old', 'lost'))",
    since: "insert into t values (3, 7, 3, 'x', null, 'lost')",
    reason: "rows of public.t for which kind =",
  },
  {
    name: "a unique key that the release drops",
    up: "alter table t drop constraint t_n_key",
    since: "insert into t values (3, 7, 1.5, 'x', null)",
    reason: "rows of public.t that repeat n of another row",
  },
  {
    name: "a CHECK of a domain that the release drops",
    up: "alter domain few drop constraint few_check",
    since: "update t set d = -5 where id = 1",
    reason: "values of public.t.d that the domain few would refuse",
  },
  {
    name: "a foreign key that the release drops",
    up: "alter table t drop constraint t_of_fkey",
    since: "update t set of = 77 where id = 1",
    reason: "rows of public.t whose of names no row",
  },
  {
    name: "a NOT NULL that the release drops with other names of column and table",
    up: "alter table t alter state drop not null; alter table t rename state to status; alter table t rename to tt",
    since: "insert into tt values (3, 7, 3, null, null)",
    reason: "rows of public.t where state is NULL",
  },
  {
    name: "a unique index that the release drops",
    up: "drop index t_state",
    since: "insert into t values (3, 7, 3, 'PAID', null)",
    reason: "rows of public.t that repeat (lower(state)) of another row where cents > 0",
  },
  {
    name: "an exclusion that the release drops",
    up: "alter table t drop constraint t_span_excl",
    since: "insert into t values (3, 7, 3, 'x', '[2,3)')",
    reason: "rows of public.t that clash with another row on span &&",
  },
  {
    name: "a column that must have a value, which rows written since do not have",
    up: "alter table g drop column body",
    since: "insert into g values (3)",
    reason: "rows of public.g where body is NULL",
  },
  {
    name: "a primary key over more columns",
    up: "alter table g drop constraint g_pkey, add primary key (id, body)",
    since: "insert into g values (1, 'other')",
    reason: "rows of public.g that repeat id of another row",
  },
  {
    name: "a partition that the release detaches",
    up: "alter table p detach partition p2",
    since: "insert into p2 values (55)",
    reason: "rows of public.p2 outside the bound",
  },
  {
    name: "a key that an integer cannot hold",
    up: "alter table t alter id type bigint",
    since: "insert into t values (3000000000, 7, 7.5, 'x', null)",
    reason: "out of range",
  },
];

/** What does not pass. */
async function answers(session: Session, asked: readonly StoppingRows[]) {
  const scope = { timeout: 20_000, costLimit: 1e8, schema: null, clock: testClock };
  const found: ProbeResult[] = [];
  for (const { query } of asked) found.push(await runProbe(session, query, scope));
  return found.filter(({ status }) => status !== "pass");
}

describe.each(["15", "18"] as const)("a way back that what was written since stops, on %s", (major) => {
  it.each(CASES)("$name: is foretold, and changes nothing", async (each) => {
    const { name, url, client } = await temporaryDatabase(major, SETUP);
    await client.end();
    const migration = testMigration(each.up, null);
    const { makeClone, left } = cloning(major, name);
    const settings = { lockTimeout: 5_000, statementTimeout: 20_000, concurrentTimeout: 20_000 };
    const common = { schema: null, settings, clock: testClock };
    const input = { cluster: "c", migrations: [migration], makeClone, difference: schemaDifference, ...common };
    const proof = await proveOnClone({ ...input, thorough: false });
    expect([...left]).toEqual([]);
    const warnings = proof.findings.filter(({ code }) => code.startsWith("rollback.written"));
    expect(warnings.every(({ code, severity }) => `${code} ${severity}` === "rollback.written-refused warning")).toBe(
      true,
    );
    expect(warnings.map(({ message }) => message).join("\n")).toContain(each.reason);
    const [candidate, released] = [proof.rollbacks[0]?.candidate, proof.catalogAfter];
    if (!candidate || !released) throw new Error("there is no way back");
    const session = await testSession(url);
    await up(session, { ...input, thorough: false }, migration, candidate.keep, { aside: candidate.aside });
    const asked = stoppingRows([{ version: migration.version, candidate }], released);
    const count = () => answers(session, asked);
    if (each.counted !== "unknown") expect(await count()).toEqual([]);
    await executeEach(session, each.since);
    expect((await count()).at(0)?.status).toBe(each.counted ?? "hit");
    const rows = () =>
      session.execute(
        "select schemaname, relname, query_to_xml(format('select * from %s', relid::regclass), true, true, '')::text from pg_stat_user_tables where schemaname = 'public' order by relname",
      );
    const [before, copies] = [await rows(), await listKept(session, null)];
    await expect(
      applyRollback(session, { ...common, migration, previous: null, candidate, ledger: null }),
    ).rejects.toThrow(DatabaseError);
    expect(await rows()).toEqual(before);
    expect(await listKept(session, null)).toEqual(copies);
  });

  it("loses nothing if the release does not run to its end again: what it brought back by then is in place", async () => {
    const { name, client } = await temporaryDatabase(
      major,
      "create table w (id int primary key, n int); insert into w values (1, 5); create table g (id int)",
    );
    await client.end();
    const { makeClone } = cloning(major, name);
    const settings = { lockTimeout: 5_000, statementTimeout: 20_000, concurrentTimeout: 20_000 };
    const migrations = [
      testMigration("alter table g add column note text", null, "1"),
      testMigration("update w set n = n * 10; alter table w alter n type timestamptz using to_timestamp(n)", null, "2"),
    ];
    const common = { schema: null, settings, clock: testClock, difference: schemaDifference, thorough: false };
    const { findings } = await proveOnClone({ cluster: "c", migrations, makeClone, ...common });
    const said = findings
      .filter(({ code }) => code.startsWith("rollback.written"))
      .map(({ code, subject }) => `${code} ${subject.name}`);
    expect(said).toEqual(["rollback.written-stays public.w"]);
  });
});
