import pg from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { loadParser } from "../../lib/core/sql/parse.js";
import { applyMigration } from "../../lib/steps/migration/apply-migration.js";
import { MAJORS } from "../support/majors.js";
import { testClock, testMigration } from "../support/migration.js";
import { temporaryDatabase } from "../support/postgres.js";
import { openTestSession, testSession } from "../support/session.js";

const LOCK_TIMEOUT_MS = 300;
/** Two looks of the watch, its connection, and a busy machine; far from the minute that a session's own timeout is. */
const AT_MOST_MS = 10_000;

/** How a release takes its limit away, whatever its text was let through for; the last statement wants the lock. */
const AWAY: Readonly<Record<string, string>> = {
  "SET lock_timeout": "set lock_timeout = 0; alter table t add b int",
  "SET LOCAL lock_timeout": "set local lock_timeout = 0; alter table t add b int",
  "RESET lock_timeout": "reset lock_timeout; alter table t add b int",
  "RESET ALL": "reset all; alter table t add b int",
  "set_config for the session": "select set_config('lock_timeout', '0', false); alter table t add b int",
  "set_config for the transaction": "select set_config('lock_timeout', '0', true); alter table t add b int",
  "an update of pg_settings":
    "update pg_settings set setting = '0' where name = 'lock_timeout'; alter table t add b int",
  "a DO block before": "do $$ begin execute 'set lo' || 'cal lock_timeout = 0'; end $$; alter table t add b int",
  "a DO block around": "do $$ begin execute 'set lo' || 'cal lock_timeout = 0'; alter table t add b int; end $$",
  "a DO block that catches a cancellation":
    "do $$ begin perform set_config('lock_' || 'timeout', '0', true); for i in 1..100 loop begin alter table t add b int; exception when query_canceled then null; end; end loop; end $$",
  "a function with a SET clause":
    "create function f() returns void language plpgsql set lock_timeout = 0 as $$ begin alter table t add b int; end $$; select f()",
  "a function of the tenant's with a SET clause": "select standing()",
  "a row trigger with a SET clause": "update other set a = 2",
  "a deferred trigger with a SET clause": "update later set a = 2",
  "SET in a savepoint of a body":
    "do $$ begin begin set local lock_timeout = 0; raise exception 'x'; exception when raise_exception then null; end; end $$; alter table t add b int",
  "VACUUM FULL, outside a transaction": "vacuum full t",
};

const SETUP = `create table t (id int primary key, a int); insert into t values (1, 1);
create table keyed (id int primary key, a int); insert into keyed values (1, 1);
create table other (a int); create table later (a int); insert into other values (1); insert into later values (1);
create function standing() returns void language plpgsql set lock_timeout = 0 as $$ begin lock table t in access exclusive mode; end $$;
create function standing_row() returns trigger language plpgsql set lock_timeout = 0 as $$ begin lock table t in access exclusive mode; return new; end $$;
create trigger r before update on other for each row execute function standing_row();
create trigger r before update on keyed for each row execute function standing_row();
create constraint trigger r after update on later deferrable initially deferred for each row execute function standing_row();`;

beforeAll(() => loadParser());

describe.each(MAJORS)("a release that takes lock_timeout away while somebody holds the lock, on %s", (major) => {
  async function given(sql: string, holding: string): Promise<number> {
    const { url, name, client } = await temporaryDatabase(major, SETUP);
    await client.query(
      `alter database ${name} set lock_timeout = 0; alter role current_user in database ${name} set lock_timeout = 0`,
    );
    const holder = new pg.Client({ connectionString: url });
    holder.on("error", () => {});
    await holder.connect();
    onTestFinished(() => holder.end().catch(() => {}));
    await holder.query(`begin; lock table t in ${holding} mode`);
    const session = await testSession(url);
    const started = performance.now();
    const outcome = await applyMigration(session, {
      migration: testMigration(sql),
      ledger: null,
      isolation: "read committed",
      settings: { lockTimeout: LOCK_TIMEOUT_MS, statementTimeout: 60_000, concurrentTimeout: 60_000 },
      schema: null,
      keep: [],
      clock: testClock,
      watch: { connect: () => openTestSession(url), clock: testClock },
    }).catch((error: unknown) => error);
    const took = performance.now() - started;
    expect(outcome).toBeInstanceOf(Error);
    expect((outcome as { code?: string }).code, String(outcome)).toMatch(/^(55P03|57P01)$/);
    const { rows } = await client.query("select count(*)::int as waiting from pg_locks where not granted");
    expect(rows).toEqual([{ waiting: 0 }]);
    return took;
  }

  it.each(Object.entries(AWAY))(
    "%s: it gives up within its limit",
    async (_, sql) => {
      expect(await given(sql, "access share")).toBeLessThan(AT_MOST_MS);
    },
    30_000,
  );

  it("a row trigger with a SET clause, in each try of a backfill's batch", async () => {
    const sql = "-- schema-gate: backfill by id batch 100ms\nupdate keyed set a = 2";
    expect(await given(sql, "access share")).toBeLessThan(3 * AT_MOST_MS);
  }, 60_000);

  it("REINDEX SCHEMA, outside a transaction, behind a write", async () => {
    expect(await given("reindex schema public", "row exclusive")).toBeLessThan(AT_MOST_MS);
  }, 30_000);

  it("an ACCESS EXCLUSIVE lock holds up a plain write no longer either", async () => {
    expect(await given("set lock_timeout = 0; update t set a = 2", "access exclusive")).toBeLessThan(AT_MOST_MS);
  }, 30_000);
});
