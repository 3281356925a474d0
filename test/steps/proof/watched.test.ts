import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { ProveOnClone } from "../../../lib/steps/proof/input.js";
import { GrowthUnknown, GrowthWatch } from "../../../lib/steps/proof/watch-growth.js";
import { testClock, testMigration } from "../../support/migration.js";
import { temporaryDatabase } from "../../support/postgres.js";
import { proveOnClones } from "../../support/prove-on-clones.js";
import { openTestSession } from "../../support/session.js";

beforeAll(() => loadParser());

const SETUP = `create table t (id int primary key, a int, done boolean not null default false);
  insert into t (id, a) select i, i from generate_series(1, 2000) i; analyze t`;

const prove = (sql: string, more: Partial<ProveOnClone> = {}, down: string | null = null, setup = SETUP) =>
  proveOnClones("18", setup, [testMigration(sql, down)], {
    settings: { lockTimeout: 5_000, statementTimeout: 50_000, concurrentTimeout: 50_000 },
    thorough: false,
    ...more,
  });

const FILL = "create table filled as select i, repeat('x', 500) as x from generate_series(1, 100000000) i";

/**
 * Ends so many sessions of the watch of its own database, one after the other, and then goes on with `rest`. A call of the function
 * by its name would be refused.
 */
const endingWatches = (sessions: number, rest = "") => `do $$ declare ended int := 0; once int; ending text; begin
  select proname into ending from pg_proc where proname like 'pg_terminate_b%';
  while ended < ${sessions} loop
    perform pg_stat_clear_snapshot();
    execute format('select count(*) filter (where %I(pid, 5000)) from pg_stat_activity where datname = current_database()
      and state = ''idle'' and query like ''select pg_database_size%%''', ending) into once;
    ended := ended + once;
  end loop; ${rest} end $$`;

const FILL_IN_STEPS =
  "create table filled (x text); do $$ begin loop insert into filled select repeat('x', 900) from generate_series(1, 1000); end loop; end $$";

describe("what is watched on a clone", () => {
  it.each([
    ["in one statement", FILL],
    ["over several", FILL_IN_STEPS],
  ])("a migration that fills the disk %s is stopped, and says so", async (_, sql) => {
    const proof = await prove(sql, { growthLimit: 20 * 2 ** 20 });
    expect(proof.passed).toBe(false);
    expect(proof.findings).toMatchObject([{ code: "dry-run.disk-full", severity: "error" }]);
    expect(proof.findings[0]?.message).toMatch(/grew by [\d.]+ [MG]B, above dryRun.growthLimit of 20 MB/);
  });

  it("a way back that fills the disk is no proof either", async () => {
    await expect(prove("alter table t add n int", { growthLimit: 20 * 2 ** 20 }, FILL)).rejects.toMatchObject({
      code: "53100",
      message: expect.stringContaining("dryRun.growthLimit"),
    });
  });

  it("a migration that grows within its limit passes", async () => {
    expect(await prove("alter table t alter a type bigint", { growthLimit: 20 * 2 ** 20 })).toMatchObject({
      passed: true,
      findings: [{ severity: "note", code: "dry-run.statistics-discarded" }],
    });
  });

  it.each([
    ["and goes on", "loop end loop;"],
    ["and ends by itself", ""],
  ])("a migration whose clone is not watched any more, %s, is no proof", async (_, rest) => {
    const sql = endingWatches(2, rest);
    const proved = prove(sql, { growthLimit: 20 * 2 ** 20 }, "drop table if exists nothing");
    await expect(proved).rejects.toBeInstanceOf(GrowthUnknown);
    await expect(proved).rejects.toThrow(
      /could not be watched to the end, against the dryRun.growthLimit of 20 MB: \w/,
    );
  });

  it("a watch whose connection breaks once goes on with another", async () => {
    const { url, client } = await temporaryDatabase("18");
    const watch = await GrowthWatch.begin(() => openTestSession(url), 20 * 2 ** 20, testClock);
    await client.query(endingWatches(1));
    await expect(client.query(FILL_IN_STEPS)).rejects.toMatchObject({ code: "57P01" });
    expect(watch.reason).toMatchObject({ code: "53100" });
    await watch.stop();
  });

  it("a watch that is stopped does not wait for its next look", async () => {
    const database = await temporaryDatabase();
    const sleep = (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) resolve();
        signal?.addEventListener("abort", () => resolve());
      });
    const watch = await GrowthWatch.begin(() => openTestSession(database.url), 2 ** 30, { ...testClock, sleep });
    await watch.stop();
    expect(watch.reason).toBeNull();
  });

  it("a sequential scan of a large table is reported, one of a small table is not", async () => {
    const sql = "create index on t (a)";
    expect((await prove(sql, { largeScan: 2001 })).findings).toEqual([]);
    expect((await prove(sql, { largeScan: 2000 })).findings).toMatchObject([
      { code: "dry-run.large-scan", severity: "warning", subject: { name: "public.t" } },
    ]);
  });

  it.each([
    ["create index i on t (a) where not done", "all of the 2000 rows"],
    ["create index i on t (a) where done", "none of the 2000 rows"],
    ["create index i on t (a); insert into t (id) values (5000)", "has 2000 entries, and 2001 rows"],
  ])("an index is held against what was planned: %s", async (sql, what) => {
    const { findings } = await prove(sql);
    expect(findings).toMatchObject([{ code: "dry-run.index-entries", subject: { name: "public.i" } }]);
    expect(findings[0]?.message).toContain(what);
  });

  it("an index of a tenant whose schema's name has an apostrophe is found", async () => {
    const setup = `create schema "o'brien"; create table "o'brien".t (a int); insert into "o'brien".t values (1)`;
    const { findings } = await prove("create index i on t (a) where a > 1", { schema: "o'brien" }, null, setup);
    expect(findings).toMatchObject([{ code: "dry-run.index-entries", subject: { name: "$tenant.i" } }]);
  });

  it.each([
    "create index i on t (a)",
    "create unique index i on t (a) where id > 10",
    "create index i on t using hash (a)",
  ])("an index with the rows that belong into it is nothing to say: %s", async (sql) =>
    expect((await prove(sql)).findings).toEqual([]),
  );
});
