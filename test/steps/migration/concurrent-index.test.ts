import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { testClock, testMigration } from "../../support/migration.js";
import { type Major, temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const SQL = "create index concurrently t_i on t (i)";
const settings = { lockTimeout: 400, statementTimeout: 10_000, concurrentTimeout: 10_000 };
const common = {
  isolation: "read committed",
  ledger: null,
  settings,
  schema: null,
  keep: [],
  clock: testClock,
} as const;

beforeAll(() => loadParser());

const table = (major: Major) => temporaryDatabase(major, "create table t (i int); insert into t values (1)");
const INDEXES = `select c.relname as name, x.indisvalid as valid from pg_index x join pg_class c on c.oid = x.indexrelid
  where x.indrelid = 't'::regclass`;
const BEGUN = "select count(*)::int as n from schema_gate.progress";

describe.each(["15", "18"] as const)("CREATE INDEX CONCURRENTLY on %s", (major) => {
  it("is not begun while an old snapshot is open, and leaves nothing behind when it gives up", async () => {
    const { url, client } = await table(major);
    const session = await testSession(url);
    const reader = await testSession(url);
    await reader.script("begin isolation level repeatable read; select * from public.t");
    await testClock.sleep(1_100);
    const migration = testMigration(SQL);
    await expect(applyMigration(session, { migration, ...common })).rejects.toMatchObject({
      code: "55P03",
      message: /^session \d+ has had a transaction open for \d+ s/,
    });
    expect((await client.query(INDEXES)).rows).toEqual([]);
    expect((await client.query(BEGUN)).rows).toEqual([{ n: 0 }]);
    await reader.script("commit");
    await applyMigration(session, { migration, ...common });
    expect((await client.query(INDEXES)).rows).toEqual([{ name: "t_i", valid: true }]);
  });

  it("has a timeout of its own, and what it leaves INVALID is dropped and built again", async () => {
    const { url, client } = await table(major);
    const session = await testSession(url);
    const writer = await testSession(url);
    await writer.script("begin; update public.t set i = 2");
    const short = { ...settings, concurrentTimeout: 300 };
    const migration = testMigration(SQL);
    await expect(applyMigration(session, { migration, ...common, settings: short })).rejects.toMatchObject({
      code: "57014",
    });
    // The writer kept it from being dropped, too.
    expect((await client.query(INDEXES)).rows).toEqual([{ name: "t_i", valid: false }]);
    await writer.script("commit");
    expect((await client.query(BEGUN)).rows).toEqual([{ n: 1 }]);
    const applied = await applyMigration(session, { migration, ...common });
    expect(applied.resumed).toBe(true);
    expect((await client.query(INDEXES)).rows).toEqual([{ name: "t_i", valid: true }]);
  });

  it("never drops an INVALID index that somebody else made", async () => {
    const { url, client } = await table(major);
    const session = await testSession(url);
    await client.query("create index t_i on t (i)");
    await client.query("update pg_index set indisvalid = false where indexrelid = 't_i'::regclass");
    const migration = testMigration(SQL);
    for (let time = 0; time < 2; time += 1) {
      await expect(applyMigration(session, { migration, ...common })).rejects.toMatchObject({ code: "42P07" });
      expect((await client.query(INDEXES)).rows).toEqual([{ name: "t_i", valid: false }]);
    }
  });

  it("repeats no statement of a script without transactions that is recorded as done", async () => {
    const { url, client } = await table(major);
    const session = await testSession(url);
    const plain = testMigration(`insert into t values (2); ${SQL}; select 1 / (select count(*) - 2 from t)`);
    const migration = { ...plain, up: { ...plain.up, transaction: "none" as const } };
    await expect(applyMigration(session, { migration, ...common })).rejects.toMatchObject({ code: "22012" });
    await client.query("insert into t values (3)");
    await applyMigration(session, { migration, ...common });
    expect((await client.query("select i from t order by i")).rows.map(({ i }) => i)).toEqual([1, 2, 3]);
  });
});
