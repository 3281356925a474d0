import { beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { schemaDifference } from "../../../lib/adapters/pg-delta/schema-difference.js";
import type { Migration } from "../../../lib/core/migration/release.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { Clone } from "../../../lib/ports/database.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { proveOnClone } from "../../../lib/steps/proof/prove-on-clone.js";
import { cloning } from "../../support/clones.js";
import { testClock, testMigration } from "../../support/migration.js";
import { onServer, serverUrl, temporaryDatabase } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

const settings = { lockTimeout: 2_000, statementTimeout: 700, concurrentTimeout: 700 };

async function prove(migration: Migration, role?: string) {
  const { name, client } = await temporaryDatabase("18", "create table a (i int); grant select on a to public");
  await client.end();
  const { makeClone, left } = cloning("18", name);
  const as = async (): Promise<Clone> => {
    const clone = await makeClone();
    if (role === undefined) return clone;
    const { hostname, port } = new URL(serverUrl("18"));
    const database = [...left].at(-1) ?? "";
    const endpoint = { host: hostname, port: Number(port), database, user: role, password: role, tls: false };
    return { uncontained: null, open: (options) => openSession(endpoint, options), drop: clone.drop };
  };
  const proof = await proveOnClone({
    cluster: "c",
    migrations: [migration],
    schema: null,
    makeClone: as,
    difference: schemaDifference,
    settings,
    clock: testClock,
    thorough: true,
  });
  expect([...left]).toEqual([]);
  expect(proof.passed).toBe(false);
  return proof.findings.map(({ code, message }) => `${code}: ${message}`).join("\n");
}

describe("a migration that cannot be let through leaves its reason and no clone", () => {
  it.each([
    ["never ends", "do $$ begin loop end loop; end $$", /dry-run.too-slow: .*statement timeout \[57014\]/],
    ["calls pg_sleep", "create table c (i int); select pg_sleep(0.1)", /dry-run.sleep: .*waits on purpose/],
    ["hides pg_sleep in a DO block", "do $$ begin perform pg_sleep(0.1); end $$", /dry-run.sleep/],
    [
      "hides pg_sleep in an expression of a DO block",
      "do $$ declare x text; begin x := pg_sleep(0.1); end $$",
      /dry-run.sleep/,
    ],
    ["waits while it writes", "update a set i = (select 1 from pg_sleep(0.1))", /dry-run.sleep/],
    [
      "writes what it reads from the server's files",
      "insert into a select length(pg_read_file('x'))",
      /beyond-database/,
    ],
    ["makes a role", "create role somebody superuser", /dry-run.beyond-database/],
    [
      "ends sessions of others on its way",
      "do $$ declare n int; begin n := (select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity); end $$",
      /dry-run.beyond-database/,
    ],
    ["ends the sessions of others", "select pg_terminate_backend(1)", /dry-run.beyond-database/],
    ["changes the server", "alter system set work_mem = '1GB'", /dry-run.beyond-database/],
    ["reads a file of the server", "copy a from '/etc/passwd'", /dry-run.unreadable: .*file of the server/],
    ["runs a program on the server", "copy a from program 'id'", /dry-run.unreadable/],
  ])("one that %s", async (_, sql, reason) => {
    expect(await prove(testMigration(sql))).toMatch(reason);
  });

  it("one that only a superuser may run", async () => {
    const role = `plain_${process.pid}`;
    await onServer("18", `create role ${role} login password '${role}'`);
    try {
      const sql = "create function c() returns int language c as 'libc', 'getpid'";
      expect(await prove(testMigration(sql), role)).toMatch(/dry-run.failed: .*permission denied.* \[42501\]/);
    } finally {
      await onServer("18", `drop role ${role}`);
    }
  });

  it("one whose down drops more than its up made", async () => {
    const migration = testMigration("create table made (i int)", "drop table made; drop table a");
    const setup = "create table a (i int); insert into a values (1)";
    const proof = await proveOnClones("18", setup, [migration], { settings, thorough: false });
    expect(proof.rollbacks[0]?.candidate?.source).toBe("inverse");
    expect(proof.findings[0]).toMatchObject({ code: "rollback.author-down", severity: "warning" });
    expect(proof.findings[0]?.message).toContain("public.a");
  });

  it("one that deadlocks with another session: nothing of it is left, and it says so", async () => {
    const { url, client } = await temporaryDatabase("18", "create table a (i int); create table b (i int)");
    const session = await testSession(url);
    // The rival waits longer before it looks for a deadlock, so that the migration is the one that is ended.
    await client.query("set deadlock_timeout = '20s'; begin; lock table public.b in share mode");
    let rival: Promise<unknown> = Promise.resolve();
    const migration = testMigration("alter table a add n int; alter table b add n int");
    const applied = applyMigration(session, {
      migration,
      ledger: null,
      isolation: "read committed",
      settings: { lockTimeout: 10_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      schema: null,
      keep: [],
      clock: testClock,
      observe: {
        after: async ({ index }) => {
          if (index === 0) rival = client.query("lock table a");
        },
      },
    });
    await expect(applied).rejects.toMatchObject({ code: "40P01" });
    await rival;
    await client.query("rollback");
    const { rows } = await client.query("select attrelid from pg_attribute where attname = 'n'");
    expect(rows).toEqual([]);
  });

  it.each(["15", "18"] as const)("one that deadlocks on the clone itself, on %s", async (major) => {
    const { name, client } = await temporaryDatabase(major, "create table a (i int); create table b (i int)");
    await client.end();
    const { makeClone, left } = cloning(major, name);
    const rivals: Rival[] = [];
    const proof = await proveOnClone({
      cluster: "c",
      migrations: [testMigration("alter table a add n int; alter table b add n int")],
      schema: null,
      makeClone: async () => {
        const clone = await makeClone();
        if (rivals.length === 0) rivals.push(await crossing(clone));
        return clone;
      },
      difference: schemaDifference,
      settings: { lockTimeout: 10_000, statementTimeout: 20_000, concurrentTimeout: 20_000 },
      clock: testClock,
      thorough: true,
    });
    await Promise.all(rivals.map(({ ended }) => ended));
    expect([...left]).toEqual([]);
    expect(proof).toMatchObject({ passed: false, rollbacks: [] });
    expect(proof.findings).toMatchObject([{ code: "dry-run.failed", severity: "error" }]);
    expect(proof.findings[0]?.message).toMatch(/failed at statement 2: deadlock detected.* \[40P01\]/s);
  });
});

interface Rival {
  readonly ended: Promise<unknown>;
}

/** Another session on a clone: it keeps writers from `b`, and wants `a` as soon as the migration has it. Ends with its clone. */
async function crossing(clone: Clone): Promise<Rival> {
  const rival = await clone.open({ purpose: "write", statementTimeout: 30_000, lockTimeout: 30_000 });
  await rival.script("set deadlock_timeout = '20s'; begin; lock table public.b in share mode");
  const taken =
    "select 1 from pg_locks where relation = 'public.a'::regclass and mode = 'AccessExclusiveLock' and granted";
  const cross = async () => {
    while ((await rival.query(taken)).length === 0);
    await rival.script("lock table public.a in access share mode");
  };
  const ended = cross()
    .catch(() => {})
    .then(() => rival.close().catch(() => {}));
  return { ended };
}
