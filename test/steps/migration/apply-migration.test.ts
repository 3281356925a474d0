import { beforeAll, describe, expect, it } from "vitest";
import type { Migration } from "../../../lib/core/migration/release.js";
import type { LedgerFormat } from "../../../lib/core/release/ledger.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { literal, qualified } from "../../../lib/core/sql/quote.js";
import type { Session } from "../../../lib/ports/database.js";
import { type ApplyMigration, applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

function ledgerIn(schema: string): LedgerFormat {
  const table = qualified(schema, "done");
  return {
    id: "test",
    table: "done",
    at: table,
    exists: `select to_regclass(${literal(table)}) is not null as present`,
    read: `select * from ${table}`,
    entry: (row) => ({ version: String(row.version), name: null, checksum: null, incomplete: false }),
    create: [`create table if not exists ${table} (version text primary key)`],
    record: (migration) => [`insert into ${table} values (${literal(migration.version)})`],
    erase: (migration) => [`delete from ${table} where version = ${literal(migration.version)}`],
    checksum: () => null,
  };
}

const ledger: LedgerFormat = { ...ledgerIn("nowhere"), within: ledgerIn };

function input(migration: Migration, more: Partial<ApplyMigration> = {}): ApplyMigration {
  const settings = { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 2_000 };
  const plain = { isolation: "read committed", settings, schema: null, keep: [], clock: testClock } as const;
  return { migration, ledger, ...plain, ...more };
}

const column = async <T>(session: Session, sql: string) => (await session.execute<{ v: T }>(sql)).map(({ v }) => v);

describe.each(["15", "18"] as const)("applyMigration on %s", (major) => {
  it("commits the migration and its ledger row together, and nothing when a statement fails", async () => {
    const { url } = await temporaryDatabase(major);
    const session = await testSession(url);
    await applyMigration(session, input(testMigration("create table a (i int); insert into a values (1)")));
    expect(await column(session, "select version as v from done")).toEqual(["1"]);
    const bad = testMigration("create table b (i int); insert into nowhere values (1)", null, "2");
    await expect(applyMigration(session, input(bad))).rejects.toMatchObject({ code: "42P01" });
    expect(await column(session, "select to_regclass('b')::text as v")).toEqual([null]);
    expect(await column(session, "select version as v from done")).toEqual(["1"]);
  });

  it("runs at the isolation level of the release", async () => {
    const { url } = await temporaryDatabase(major);
    const session = await testSession(url);
    const migration = testMigration("create table a as select current_setting('transaction_isolation') as level");
    await applyMigration(session, input(migration, { isolation: "serializable" }));
    expect(await column(session, "select level as v from a")).toEqual(["serializable"]);
  });

  it("finds the ledger although the migration emptied the search_path", async () => {
    const { url } = await temporaryDatabase(major);
    const session = await testSession(url);
    await applyMigration(session, input(testMigration("select set_config('search_path', '', false)")));
    expect(await column(session, "select version as v from public.done")).toEqual(["1"]);
  });

  it("migrates one schema of a shared database", async () => {
    const { url } = await temporaryDatabase(major, 'create schema "Tenant 1"');
    const session = await testSession(url);
    await applyMigration(session, input(testMigration("create table a (i int)"), { schema: "Tenant 1" }));
    expect(
      await column(
        session,
        `select schemaname || '.' || tablename as v from pg_tables where tablename in ('a', 'done') order by 1`,
      ),
    ).toEqual(["Tenant 1.a", "Tenant 1.done"]);
  });

  it("splits where PostgreSQL forbids one transaction", async () => {
    const { url } = await temporaryDatabase(major, "create type mood as enum ('a'); create table t (m mood)");
    const session = await testSession(url);
    const sql = "alter type mood add value 'b'; insert into t values ('b'); create index concurrently i on t (m)";
    const applied = await applyMigration(session, input(testMigration(sql)));
    expect(applied.transactions).toBe(3);
    expect(await column(session, "select m::text as v from t")).toEqual(["b"]);
    expect(await column(session, "select indisvalid as v from pg_index where indexrelid = 'i'::regclass")).toEqual([
      true,
    ]);
    expect(await column(session, "select count(*)::int as v from schema_gate.progress")).toEqual([0]);
  });

  it("resumes after an interrupted CREATE INDEX CONCURRENTLY, and repeats nothing", async () => {
    const { url } = await temporaryDatabase(major, "create table t (i int); insert into t values (1)");
    const blocker = await testSession(url);
    const session = await testSession(url);
    const sql = "create index concurrently i on t (i); update t set i = i + 1";
    await blocker.script("begin; update public.t set i = i");
    const short = { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 300 };
    await expect(applyMigration(session, input(testMigration(sql), { settings: short }))).rejects.toMatchObject({
      code: "57014",
    });
    await blocker.script("commit");
    const again = await applyMigration(session, input(testMigration(sql)));
    expect(again.resumed).toBe(true);
    expect(await column(session, "select indisvalid as v from pg_index where indrelid = 't'::regclass")).toEqual([
      true,
    ]);
    expect(await column(session, "select i as v from t")).toEqual([2]);
    expect(await column(session, "select version as v from done")).toEqual(["1"]);
  });
});
