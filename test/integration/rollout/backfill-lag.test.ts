import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { configSchema } from "../../../lib/core/config/config.js";
import { loadParser } from "../../../lib/core/sql/parse.js";
import type { RunEvent } from "../../../lib/ports/events.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import { noteGoverned } from "../../../lib/steps/rollout/governed-to-trail.js";
import { paceOf } from "../../../lib/steps/rollout/pace.js";
import type { TenantContext } from "../../../lib/steps/rollout/tenant-context.js";
import type { BackfillProgress, GovernorRecord } from "../../../lib/steps/run/backfill-progress.js";
import { artifact } from "../../../lib/steps/run/records.js";
import { until } from "../../support/fleet.js";
import { testClock, testMigration } from "../../support/migration.js";
import { query } from "../../support/query.js";
import { testSession } from "../../support/session.js";
import { copyAsReplica, STREAMING, startReplica, untilCaughtUp } from "../../support/streaming-replica.js";

const ROWS = 60_000;
const LIMIT_MS = 1000;
const STALL_MS = 4000;

const root = mkdtempSync(join(scratchDirectory(2 ** 30), "schema-gate-lag-"));
let primary: EmbeddedServer;
let replica: EmbeddedServer;

beforeAll(async () => {
  await loadParser();
  chmodSync(root, 0o755);
  const [first, second] = ["primary", "replica"].map((name) => join(root, name)) as [string, string];
  mkdirSync(first);
  const made = await startEmbeddedServer({ directory: first, settings: STREAMING });
  await made.stop();
  copyAsReplica(first, second);
  primary = await startEmbeddedServer({ directory: first, port: made.port, settings: STREAMING });
  replica = await startReplica(second, primary);
  await query(
    primary,
    `create table items (id bigint generated always as identity primary key, v text, n int not null default 0);
     insert into items (v) select repeat('x', 200) from generate_series(1, ${ROWS})`,
  );
  await untilCaughtUp(primary, replica);
}, 120_000);
afterAll(async () => {
  await replica.stop();
  await primary.stop();
  rmSync(root, { recursive: true, force: true });
});

it("exceeds a lag limit of 1 s on a streaming replica for one batch at most, and goes on when it has caught up", async () => {
  const events: RunEvent[] = [];
  const trail: unknown[] = [];
  const ports = {
    run: "r",
    artifacts: artifactsFolder(join(root, "artifacts")),
    clock: testClock,
    audit: { append: async (event: unknown) => void trail.push(event) },
    events: { emit: (event: RunEvent) => void events.push(event) },
    stop: new AbortController().signal,
    deadline: null,
  } as unknown as Ports;
  const config = configSchema.parse({
    registry: { file: "tenants.csv" },
    connection: { superuser: "a server of the tests alone" },
    migrations: "migrations",
    staging: { mode: "same host" },
    approval: { approvers: [{ id: "alex" }] },
    rollout: { backfill: { lag: "1s" } },
  });
  const tenant = { id: "acme", group: null, host: "here", database: "postgres", schema: null };
  const pace = paceOf(ports, { config, tenant, group: null } as unknown as TenantContext);
  const committed: number[] = [];
  let stalled = 0;
  let resumed = 0;
  const work = applyMigration(await testSession(primary.url("postgres")), {
    migration: testMigration("-- schema-gate: backfill by id batch 50ms\nupdate items set n = n + 1"),
    ledger: null,
    isolation: "read committed",
    settings: { lockTimeout: 1000, statementTimeout: 60_000, concurrentTimeout: 60_000 },
    schema: null,
    keep: [],
    clock: testClock,
    pace: {
      between: async (session, seen) => {
        committed.push(testClock.monotonic());
        if (committed.length === 2) {
          await query(replica, "select pg_wal_replay_pause()");
          stalled = testClock.monotonic();
        }
        await pace.between(session, seen);
      },
      ended: (seen) => pace.ended?.(seen) ?? Promise.resolve(),
    },
  });
  const resume = async () => {
    await until(async () => stalled > 0 && testClock.monotonic() - stalled > STALL_MS, "the replica stalls");
    resumed = testClock.monotonic();
    await query(replica, "select pg_wal_replay_resume()");
  };
  await Promise.all([work, resume()]);
  const beyond = committed.filter((at) => at > stalled + LIMIT_MS && at < resumed);
  expect(beyond.length).toBeLessThanOrEqual(1);
  expect(committed.some((at) => at > resumed)).toBe(true);
  expect(await query(primary, "select array_agg(distinct n) as n from items")).toEqual([{ n: [1] }]);
  const [key = ""] = await ports.artifacts.list("governor");
  const { log } = (await ports.artifacts.get<GovernorRecord>(key)) ?? { log: [] };
  const paused = log.find(({ pace: said }) => said === "pause");
  expect(paused?.why).toMatch(/^replica lag \d+\.\d s of 1\.0 s$/);
  expect(log.at(-1)?.pace).not.toBe("pause");
  expect(events.filter(({ type }) => type === "held").length).toBeGreaterThan(0);
  const progress = await ports.artifacts.get<BackfillProgress>(artifact.backfill("acme"));
  expect(progress).toMatchObject({ rows: ROWS, total: ROWS, pace: "done", leftMs: 0 });
  // Told once, in sums, however often it was decided.
  for (const _ of [1, 2]) await noteGoverned(ports);
  expect(trail).toMatchObject([{ action: "backfill.governed", subject: { kind: "host", name: "here" } }]);
  const [told] = trail as readonly { readonly details: { readonly decisions: readonly object[] } }[];
  const held = told?.details.decisions.find((each) => (each as { pace: string }).pace === "pause");
  expect(held).toMatchObject({ figure: "replica lag", worst: expect.stringMatching(/of 1\.0 s$/) });
  expect((held as { ms: number }).ms).toBeGreaterThan(STALL_MS / 4);
  console.log(
    `${committed.length} batches, ${beyond.length} beyond the limit; ${log.map((each) => `${each.pace}: ${each.why}`).join("; ")}`,
  );
}, 120_000);
