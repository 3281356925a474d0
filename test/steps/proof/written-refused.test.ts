import { beforeAll, describe, expect, it } from "vitest";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { DatabaseError } from "../../../lib/ports/database.js";
import { listKept } from "../../../lib/steps/kept/kept.js";
import { applyRollback } from "../../../lib/steps/migration/apply-rollback.js";
import { executeEach } from "../../../lib/steps/migration/execute-each.js";
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
  insert into t values (1, 100, 1.5, 'paid', '[1,5)'), (2, 200, 2.5, 'new', '[5,9)');
`;

interface Case {
  readonly name: string;
  readonly up: string;
  readonly since: string;
  readonly reason: string;
}

const CASES: readonly Case[] = [
  {
    name: "a NOT NULL column whose earlier value nobody knows, and a new row",
    up: "alter table t alter cents type numeric using cents / 100.0",
    since: "insert into t values (3, 7.5, 3, 'x', null)",
    reason: "null",
  },
  {
    name: "a comparison, of which any text would do",
    up: "alter table t alter state type boolean using (state = 'paid')",
    since: "insert into t values (3, 7, 3, false, null)",
    reason: "null",
  },
  {
    name: "what a CASE falls back on",
    up: "alter table t alter state type int using (case state when 'paid' then '1' else '0' end)::int",
    since: "insert into t values (3, 7, 3, 0, null)",
    reason: "null",
  },
  {
    name: "a unique key over what a narrower type rounds to the same",
    up: "alter table t alter n type numeric(12,4)",
    since: "insert into t values (3, 7, 7.7777, 'x', null), (4, 7, 7.7778, 'x', null)",
    reason: "unique",
  },
  {
    name: "a unique key over what an integer rounds to the same",
    up: "alter table t alter n type double precision",
    since: "insert into t values (3, 7, 7.5701, 'x', null), (4, 7, 7.5702, 'x', null)",
    reason: "unique",
  },
  {
    name: "a NOT NULL that the release drops",
    up: "alter table t alter state drop not null",
    since: "insert into t values (3, 7, 3, null, null)",
    reason: "NOT NULL of state of public.t",
  },
  {
    name: "a CHECK that the release drops",
    up: "alter table t drop constraint held",
    since: "insert into t values (3, 7, 3, 'x', null, 'lost')",
    reason: "of public.t",
  },
  {
    name: "a CHECK that the release widens",
    up: "alter table t drop constraint held, add constraint held check (kind in ('new', 'old', 'lost'))",
    since: "insert into t values (3, 7, 3, 'x', null, 'lost')",
    reason: "of public.t",
  },
  {
    name: "a unique key that the release drops",
    up: "alter table t drop constraint t_n_key",
    since: "insert into t values (3, 7, 1.5, 'x', null)",
    reason: "UNIQUE (n) of public.t",
  },
  {
    name: "a CHECK of a domain that the release drops",
    up: "alter domain few drop constraint few_check",
    since: "update t set d = -5 where id = 1",
    reason: "of public.few",
  },
  {
    name: "a foreign key that the release drops",
    up: "alter table t drop constraint t_of_fkey",
    since: "update t set of = 77 where id = 1",
    reason: "of public.t",
  },
  {
    name: "a key that an integer cannot hold",
    up: "alter table t alter id type bigint",
    since: "insert into t values (3000000000, 7, 7.5, 'x', null)",
    reason: "out of range",
  },
];

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
    expect(warnings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(["rollback.written-refused warning"]);
    expect(warnings[0]?.message).toContain(each.reason);
    const candidate = proof.rollbacks[0]?.candidate;
    if (!candidate) throw new Error("there is no way back");
    const session = await testSession(url);
    await up(session, { ...input, thorough: false }, migration, candidate.keep, { aside: candidate.aside });
    await executeEach(session, each.since);
    const rows = () =>
      session.execute("select t::text as row, pg_typeof(id), pg_typeof(n), pg_typeof(state) from t order by id");
    const [before, copies] = [await rows(), await listKept(session, null)];
    await expect(
      applyRollback(session, { ...common, migration, previous: null, candidate, ledger: null }),
    ).rejects.toThrow(DatabaseError);
    expect(await rows()).toEqual(before);
    expect(await listKept(session, null)).toEqual(copies);
  });
});
