import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { artifactsFolder } from "../../../lib/adapters/local/artifacts-folder.js";
import { type EmbeddedServer, startEmbeddedServer } from "../../../lib/adapters/local/embedded-server.js";
import { scratchDirectory } from "../../../lib/adapters/local/scratch-directory.js";
import { configSchema } from "../../../lib/core/config/config.js";
import { planRollback } from "../../../lib/core/rollback/plan-rollback.js";
import type { Ports } from "../../../lib/ports/ports.js";
import { readCatalog } from "../../../lib/steps/catalog/read-catalog.js";
import { applyMigration } from "../../../lib/steps/migration/apply-migration.js";
import type { Guard } from "../../../lib/steps/migration/guard.js";
import { paceOf } from "../../../lib/steps/rollout/pace.js";
import type { TenantContext } from "../../../lib/steps/rollout/tenant-context.js";
import { artifact } from "../../../lib/steps/run/records.js";
import { testClock, testMigration } from "../../support/migration.js";
import { query } from "../../support/query.js";
import { openTestSession } from "../../support/session.js";

/** As a server of a tenant is: durable, archivable, vacuumed. */
const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_level: "replica",
  autovacuum: "on",
};

export const STATEMENT = "UPDATE users SET name_upper = upper(name) WHERE name_upper IS NULL";

export interface BenchServer {
  readonly server: EmbeddedServer;
  readonly root: string;
  close(): Promise<void>;
}

export async function benchServer(): Promise<BenchServer> {
  const root = mkdtempSync(join(scratchDirectory(4 * 2 ** 30), "schema-gate-backfill-bench-"));
  chmodSync(root, 0o755);
  mkdirSync(join(root, "server"));
  const server = await startEmbeddedServer({ directory: join(root, "server"), settings: SETTINGS });
  // Drivers of others refuse the one SCRAM iteration of a disposable server.
  await query(server, `set scram_iterations = 4096; alter role postgres password '${server.password}'`);
  return {
    server,
    root,
    close: async () => {
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** The same table each time, written out before anything is measured. */
export async function fill({ server }: BenchServer, rows: number): Promise<void> {
  await query(
    server,
    `drop schema if exists schema_gate cascade; drop table if exists users;
     create table users (id bigint primary key, name text not null, name_upper text, n int not null default 0);
     insert into users (id, name) select i, 'Person number ' || i from generate_series(1, ${rows}) i`,
  );
  await query(server, "vacuum (analyze) users");
  await query(server, "checkpoint");
}

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

export interface Batched {
  readonly batches: number;
  /** Milliseconds. */
  readonly longestMs: number;
  /** Bytes of the process beyond those at the first batch, at most. */
  readonly grownBytes: number;
}

/** As a tenant, which is not a clone, so that batches begin small. */
const GUARD: Guard = { outside: async () => true, inside: async () => true };

/** The engine as the rollout calls it, governor and all. `percent`: the speed that a person set; `keep`: with copies for the way back. */
export async function inBatches(
  bench: BenchServer,
  options: { readonly batch: string; readonly keep: boolean; readonly percent?: number },
): Promise<Batched> {
  const { server, root } = bench;
  const ports = {
    run: "bench",
    artifacts: artifactsFolder(mkdtempSync(join(root, "artifacts-"))),
    clock: testClock,
    events: { emit: () => {} },
    stop: new AbortController().signal,
    deadline: null,
  } as unknown as Ports;
  if (options.percent !== undefined)
    await ports.artifacts.put(artifact.speeds, [{ percent: options.percent, by: "bench", at: "" }]);
  const config = configSchema.parse({
    registry: { file: "tenants.csv" },
    connection: { superuser: "a server of the tests alone" },
    migrations: "migrations",
    staging: { mode: "same host" },
    approval: { approvers: [{ id: "alex" }] },
  });
  const tenant = { id: "acme", group: null, host: "here", database: "postgres", schema: null };
  const pace = paceOf(ports, { config, tenant, group: null } as unknown as TenantContext);
  const migration = testMigration(`-- schema-gate: backfill by id batch ${options.batch}\n${STATEMENT}`);
  const session = await openTestSession(server.url("postgres"));
  let [batches, longestMs, first, most] = [0, 0, 0, 0];
  try {
    const before = await readCatalog(session, null);
    const [back] = planRollback({ cluster: "c", migrations: [migration], before }).migrations;
    const keep = options.keep ? (back?.candidates.find((each) => each.keep.length > 0)?.keep ?? []) : [];
    if (options.keep && keep.length === 0) throw new Error("nothing would be kept");
    await applyMigration(session, {
      migration,
      ledger: null,
      isolation: "read committed",
      settings: { lockTimeout: 5_000, statementTimeout: 600_000, concurrentTimeout: 600_000 },
      schema: null,
      keep,
      keepLimit: 64 * 2 ** 30,
      clock: testClock,
      guard: GUARD,
      pace: {
        between: async (on, seen) => {
          batches += 1;
          longestMs = Math.max(longestMs, seen.batchMs);
          const { rss } = process.memoryUsage();
          first ||= rss;
          most = Math.max(most, rss);
          await pace.between(on, seen);
        },
        ended: (seen) => pace.ended?.(seen) ?? Promise.resolve(),
      },
    });
  } finally {
    await session.close();
  }
  return { batches, longestMs, grownBytes: most - first };
}
