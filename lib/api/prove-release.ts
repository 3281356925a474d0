import { readReleaseFolder } from "../adapters/local/release-folder.js";
import { systemClock } from "../adapters/local/system-clock.js";
import { schemaDifference } from "../adapters/pg-delta/schema-difference.js";
import { ledgerFor } from "../core/release/ledgers/ledgers.js";
import { readRelease } from "../core/release/read-release.js";
import { GROWTH_LIMIT, type ProvedMigration, proveFolder } from "../steps/proof/prove-folder.js";
import { openProofDatabases } from "./open-proof-databases.js";
import { openServer } from "./open-server.js";

export interface ProveReleaseOptions {
  /** Server to make scratch databases on; an embedded one is started when absent. */
  readonly url?: string;
  /** Fill empty tables with this many rows, so that a loss of data shows. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
}

/**
 * Executes each migration of a folder up, back and up again on scratch databases, and compares schema and rows. Leaves no database or
 * server behind. Throws if the folder or the server cannot be used.
 */
export async function proveRelease(
  folder: string,
  options: ProveReleaseOptions = {},
): Promise<readonly ProvedMigration[]> {
  const { migrations, convention } = await readRelease(await readReleaseFolder(folder));
  if (migrations.length === 0)
    throw new Error(`${folder} holds no migration; a proof over nothing would prove nothing`);
  const server = await openServer(options.url ?? null);
  try {
    const databases = await openProofDatabases(server.endpoint, options.signal);
    try {
      return await proveFolder({
        migrations,
        databases,
        difference: schemaDifference,
        ledger: ledgerFor(convention, null),
        settings: { lockTimeout: 5_000, statementTimeout: 60_000, concurrentTimeout: 60_000 },
        clock: systemClock,
        seed: options.seed ?? 0,
        thorough: false,
        growthLimit: GROWTH_LIMIT,
        ...(options.signal ? { signal: options.signal } : {}),
      });
    } finally {
      await databases.chain.drop();
    }
  } finally {
    await server.stop();
  }
}
