import { beforeAll, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { testSession } from "../../support/session.js";

beforeAll(() => loadParser());

it.each(["15", "18"] as const)("vacuums the table between batches after so many rows on %s", async (major) => {
  const setup = `create table "It's" (id bigint generated always as identity primary key, n int not null default 0);
    insert into "It's" (n) select 0 from generate_series(1, 3000)`;
  const { url } = await temporaryDatabase(major, setup);
  const session = await testSession(url);
  await applyMigration(session, {
    migration: testMigration(`-- schema-gate: backfill by id batch 50ms\nupdate "It's" set n = n + 1`),
    ledger: null,
    isolation: "read committed",
    settings: { lockTimeout: 500, statementTimeout: 10_000, concurrentTimeout: 10_000 },
    schema: null,
    keep: [],
    clock: testClock,
    vacuumEvery: 1000,
  });
  // What is counted reaches the view when the session reports it.
  await session.query("select pg_stat_force_next_flush()").catch(() => {});
  const [row] = await session.query<{ count: number }>(
    "select vacuum_count::int as count from pg_stat_user_tables where relname = 'It''s'",
  );
  expect(row?.count).toBeGreaterThan(0);
  expect(await session.execute(`select min(n), max(n) from "It's"`)).toEqual([{ min: 1, max: 1 }]);
});
