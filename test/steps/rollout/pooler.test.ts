import pg from "pg";
import { beforeAll, expect, it } from "vitest";
import { ownLedger } from "../../../lib/core/release/ledgers/own.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { readLedger } from "../../../lib/steps/catalog/ledger.js";
import { readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { TenantGuard } from "../../../lib/steps/rollout/tenant-guard.js";
import { testClock, testMigration } from "../../support/migration.js";
import { POOLER_INSTALLED as installed, pooled } from "../../support/pooler.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

const tenant = { id: "acme", group: null, host: "h", database: "d", schema: null } as const;
const settings = { lockTimeout: 3_000, statementTimeout: 10_000, concurrentTimeout: 10_000 };

beforeAll(() => loadParser());

/** What every connection of the pool has set, as an application would find it that is given it next. */
async function leftOn(through: string): Promise<readonly unknown[]> {
  const clients = [new pg.Client({ connectionString: through }), new pg.Client({ connectionString: through })];
  const found: unknown[] = [];
  for (const client of clients) {
    await client.connect();
    await client.query("begin");
    const names = ["default_transaction_read_only", "lock_timeout", "statement_timeout", "search_path"];
    const { rows } = await client.query(
      `select ${names.map((name) => `current_setting('${name}')`).join(" || ' ' || ")} as set`,
    );
    found.push(rows[0].set);
  }
  for (const client of clients) await client.end();
  return found;
}

const UNTOUCHED = 'off 0 0 "$user", public';
const reason = installed ? "" : " (skipped: pgbouncer is not installed)";

it.skipIf(!installed)(`a session that reads through a transaction pooler leaves nothing behind${reason}`, async () => {
  const { url } = await temporaryDatabase("18", "create table t (i int); insert into t values (7)");
  const through = await pooled(url);
  const session = await testSession(through, "read");
  expect(session.pooled).toBe(true);
  expect(await session.query("select i, current_setting('lock_timeout') as wait from public.t")).toEqual([
    { i: 7, wait: "5s" },
  ]);
  await expect(session.query("insert into public.t values (8)")).rejects.toMatchObject({ code: "25006" });
  expect(await session.query("select i from public.t where i = $1", [7])).toEqual([{ i: 7 }]);
  await session.script("begin isolation level repeatable read read only; set local work_mem = '64MB'");
  const [own] = await session.query(
    "select current_setting('transaction_isolation') || ' ' || current_setting('lock_timeout') as set",
  );
  expect(own).toEqual({ set: "repeatable read 5s" });
  await session.script("rollback");
  await readFingerprint(session, null);
  await session.close();
  expect(await leftOn(through)).toEqual([UNTOUCHED, UNTOUCHED]);
});

it.skipIf(!installed)(
  `a statement outside a transaction, in a schema of its own, is refused behind a pooler${reason}`,
  async () => {
    const { url } = await temporaryDatabase("18", "create schema acme; create table acme.t (i int)");
    const session = await testSession(await pooled(url));
    const migration = testMigration("create index concurrently t_i on t (i)");
    const common = {
      ledger: ownLedger("acme"),
      settings,
      keep: [],
      clock: testClock,
      isolation: "read committed",
    } as const;
    await expect(applyMigration(session, { migration, schema: "acme", ...common })).rejects.toMatchObject({
      code: "0A000",
      message: /would not find the schema acme/,
    });
  },
);

it.skipIf(!installed)(`two runs behind a transaction pooler migrate a tenant once${reason}`, async () => {
  const { url, client } = await temporaryDatabase("18", "create table t (i int); insert into t values (0)");
  const through = await pooled(url);
  const ledger = ownLedger(null);
  const migration = testMigration(
    "update t set i = i + 1; create index concurrently t_i on t (i); update t set i = i + 10",
  );
  const work = async (run: string) => {
    const session = await testSession(through);
    const needed = async () => !(await readLedger(session, ledger, null)).some(({ version }) => version === "1");
    const guard = new TenantGuard({ run, tenant, concurrentTimeout: 10_000, needed });
    const common = { ledger, settings, schema: null, keep: [], clock: testClock, guard } as const;
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (await needed()) await applyMigration(session, { migration, isolation: "read committed", ...common });
        return;
      } catch (error) {
        if (attempt > 40 || (error as { code?: string }).code !== "55P03") throw error;
        await testClock.sleep(50);
      } finally {
        await guard.release(session);
      }
    }
  };
  await Promise.all(["a", "b", "c"].map(work));
  expect((await client.query("select i from t")).rows).toEqual([{ i: 11 }]);
  expect((await client.query("select count(*)::int as n from schema_gate.ledger")).rows).toEqual([{ n: 1 }]);
  // The server is shared with other tests, which hold locks in databases of their own.
  const held = `select count(*)::int as n from pg_locks where locktype = 'advisory'
      and database = (select oid from pg_database where datname = current_database())`;
  expect((await client.query(held)).rows).toEqual([{ n: 0 }]);
  expect(await leftOn(through)).toEqual([UNTOUCHED, UNTOUCHED]);
});
