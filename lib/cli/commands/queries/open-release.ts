import { stat } from "node:fs/promises";
import { readReleaseFolder } from "../../../adapters/local/release-folder.js";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { openSession } from "../../../adapters/pg/connection.js";
import { pgDatabase } from "../../../adapters/pg/database.js";
import { openProofDatabases } from "../../../api/open-proof-databases.js";
import { openServer, type ProveServer } from "../../../api/open-server.js";
import { UsageError } from "../../../api/usage-error.js";
import type { Migration, Release } from "../../../core/migration/release.js";
import { ledgerFor } from "../../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../../core/release/pending.js";
import { readRelease } from "../../../core/release/read-release.js";
import type { Clone } from "../../../ports/database.js";
import { readLedger } from "../../../steps/catalog/ledger.js";
import { assertContained } from "../../../steps/migration/contained.js";
import { replayMigration } from "../../../steps/migration/replay-migration.js";
import { seedRows } from "../../../steps/proof/seed-rows.js";

/** Long enough for any migration of an empty schema, short enough for one that never ends. */
export const SETTINGS = { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 };

/** A release, and the database that lacks it. */
export interface OpenedRelease {
  readonly server: string;
  /** What the database lacks, in order. */
  readonly migrations: readonly Migration[];
  makeClone(purpose: string): Promise<Clone>;
  close(): Promise<void>;
}

export interface ReleaseOptions {
  /** Null: our own server. */
  readonly url: string | null;
  /**
   * How many of the newest migrations are the release, over a database that the others have made; null: what the URL's database lacks by
   * its ledger.
   */
  readonly last: number | null;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Throws `UsageError` if the folder or the database has no release to examine. */
export async function openRelease(folder: string, options: ReleaseOptions): Promise<OpenedRelease> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory()) throw new UsageError(`${folder} is not a folder.`, "schema-gate queries --release FOLDER");
  const release = await readRelease(await readReleaseFolder(folder));
  if (release.migrations.length === 0)
    throw new UsageError(`${folder} has no migrations.`, "schema-gate queries --release FOLDER");
  const server = await openServer(options.url);
  try {
    if (options.url !== null && options.last === null) return await overDatabase(release, server);
    return await overHistory(release, server, options);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The database of the URL as it is, cloned on its own server. */
async function overDatabase(release: Release, server: ProveServer): Promise<OpenedRelease> {
  const { endpoint } = server;
  const tenant = { id: endpoint.database, group: null, host: server.name, database: endpoint.database, schema: null };
  const database = pgDatabase({ tenant: async () => ({ endpoint, replica: null }), staging: null });
  const ledger = ledgerFor(release.convention, null);
  const session = await openSession(endpoint, { purpose: "read", statementTimeout: 30_000, lockTimeout: 2_000 });
  const entries = await readLedger(session, ledger, null).finally(() => session.close());
  const { pending } = pendingMigrations(release, entries, ledger);
  if (pending.length === 0)
    throw new UsageError(
      `${endpoint.database} has all of ${release.migrations.length} migrations: there is no release to examine.`,
      "schema-gate queries --last 1",
    );
  return {
    server: server.name,
    migrations: pending,
    makeClone: (purpose) =>
      database.clone(tenant, `schema_gate_queries_${process.pid}_${purpose}`.replaceAll("-", "_")),
    close: () => server.stop(),
  };
}

/** A scratch database with all migrations except the newest. */
async function overHistory(release: Release, server: ProveServer, options: ReleaseOptions): Promise<OpenedRelease> {
  const last = options.last ?? 1;
  const at = Math.max(0, release.migrations.length - last);
  const databases = await openProofDatabases(server.endpoint, options.signal);
  try {
    const session = await databases.chain.open({ purpose: "write", ...SETTINGS });
    try {
      for (const migration of release.migrations.slice(0, at)) {
        options.signal.throwIfAborted();
        assertContained(databases.chain, [migration]);
        const { isolation } = migration.up;
        await replayMigration(session, {
          migration,
          ledger: null,
          isolation,
          settings: SETTINGS,
          schema: null,
          keep: [],
          clock: systemClock,
        });
      }
      if (options.seed > 0) await seedRows(session, options.seed);
      await session.script("analyze");
    } finally {
      await session.close();
    }
  } catch (error) {
    await databases.chain.drop();
    throw error;
  }
  return {
    server: server.name,
    migrations: release.migrations.slice(at),
    makeClone: () => databases.copy(databases.chain),
    close: async () => {
      await databases.chain.drop();
      await server.stop();
    },
  };
}
