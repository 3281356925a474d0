import type { Release } from "../../core/migration/release.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../core/release/pending.js";
import { type Database, DatabaseError, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { readLedger } from "./ledger.js";
import { overHosts } from "./over-hosts.js";

/** How far one tenant is, going only by its ledger. */
export interface LedgerState {
  readonly tenant: string;
  /** Versions that it lacks, in order; null when its ledger could not be read. */
  readonly pending: readonly string[] | null;
  /** Why it could not be read, or what its ledger contradicts; null when all is well. */
  readonly reason: string | null;
}

export interface FleetLedgersOptions {
  readonly connectionsPerHost: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
}

/** Reads every tenant's ledger, over a few connections per host. Reads no catalog and makes no clone. In the order of the registry. */
export async function fleetLedgers(
  database: Database,
  tenants: readonly Tenant[],
  release: Release,
  { connectionsPerHost, statementTimeout }: FleetLedgersOptions,
): Promise<readonly LedgerState[]> {
  const found = new Map<string, LedgerState>();
  await overHosts(tenants, connectionsPerHost, async (tenant) => {
    found.set(tenant.id, await ledgerOf(database, tenant, release, statementTimeout));
  });
  return tenants.flatMap(({ id }) => found.get(id) ?? []);
}

async function ledgerOf(
  database: Database,
  tenant: Tenant,
  release: Release,
  statementTimeout: number,
): Promise<LedgerState> {
  try {
    const options = { purpose: "read", statementTimeout, lockTimeout: 1000, replica: true } as const;
    const session = await database.connect(tenant, options);
    try {
      return { tenant: tenant.id, ...(await ledgerState(session, tenant, release)) };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { tenant: tenant.id, pending: null, reason: `${error.message} [${error.code}]` };
  }
}

/** How far a tenant is by its ledger, over a session on it. Throws `DatabaseError`. */
export async function ledgerState(
  session: Session,
  { schema }: Tenant,
  release: Release,
): Promise<{ readonly pending: readonly string[]; readonly reason: string | null }> {
  const format = ledgerFor(release.convention, schema);
  const { pending, findings } = pendingMigrations(release, await readLedger(session, format, schema), format);
  const wrong = findings.find(({ severity }) => severity === "error");
  return { pending: pending.map(({ version }) => version), reason: wrong?.message ?? null };
}
