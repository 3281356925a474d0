import type { Catalog } from "../../core/catalog/catalog.js";
import type { Release } from "../../core/migration/release.js";
import type { Look, TenantLook } from "../../core/watch/look.js";
import type { Artifacts } from "../../ports/artifacts.js";
import { type Database, DatabaseError, type SessionPool } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { CatalogReader } from "../catalog/catalog-reader.js";
import { ledgerState } from "../catalog/fleet-ledgers.js";
import { overHosts } from "../catalog/over-hosts.js";
import { withReaderPool } from "../catalog/reader-pool.js";
import { openReplica } from "../catalog/replica.js";

export interface LookOptions {
  readonly connectionsPerHost: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** The release whose pending migrations the ledgers are asked for; null for none. */
  readonly release: Release | null;
  /** ISO 8601. */
  readonly now: string;
}

export interface FleetLook {
  readonly look: Look;
  /** Catalogs that were read or recognised, by fingerprint. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
}

/** Every tenant's schema by its change detector, and how far its ledger is; read-only, over a few connections per host. */
export async function lookAtFleet(
  ports: { readonly database: Database; readonly memory: Artifacts },
  tenants: readonly Tenant[],
  options: LookOptions,
): Promise<FleetLook> {
  const reader = new CatalogReader(ports.memory, false);
  const catalogs = new Map<string, Catalog>();
  const found = new Map<string, TenantLook>();
  await withReaderPool((pool) =>
    overHosts(tenants, options.connectionsPerHost, async (tenant) => {
      found.set(tenant.id, await lookAt(ports.database, reader, catalogs, tenant, { ...options, pool }));
    }),
  );
  const inOrder = tenants.flatMap(({ id }) => {
    const look = found.get(id);
    return look ? [[id, look] as const] : [];
  });
  return { look: { version: 1, tenants: Object.fromEntries(inOrder) }, catalogs };
}

async function lookAt(
  database: Database,
  reader: CatalogReader,
  catalogs: Map<string, Catalog>,
  tenant: Tenant,
  { statementTimeout, release, now, pool }: LookOptions & { readonly pool: SessionPool },
): Promise<TenantLook> {
  try {
    const { session } = await openReplica(database, tenant, { statementTimeout, pool });
    try {
      const { fingerprint, catalog } = await reader.read(session, tenant);
      catalogs.set(fingerprint, catalog);
      const ledger = release === null ? null : await ledgerState(session, tenant, release);
      return {
        fingerprint,
        read: now,
        unreachable: null,
        pending: ledger?.pending ?? null,
        ledger: ledger?.reason ?? null,
      };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const unreachable = `${error.message} [${error.code}]`;
    return { fingerprint: null, read: null, unreachable, pending: null, ledger: null };
  }
}
