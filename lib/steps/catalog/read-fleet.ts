import type { Catalog } from "../../core/catalog/catalog.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import type { Finding } from "../../core/finding.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Database, Session, SessionPool } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { unreachable } from "../run/database-finding.js";
import { CatalogReader } from "./catalog-reader.js";
import { logicalReplicaFindings } from "./logical-replica.js";
import { overHosts } from "./over-hosts.js";
import { readStatistics } from "./read-catalog.js";
import { withReaderPool } from "./reader-pool.js";
import { openReplica } from "./replica.js";

export interface FleetOptions {
  /** Sessions at once per host; more only add latency. */
  readonly connectionsPerHost: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** Read every catalog, whatever the change detector says. */
  readonly fresh: boolean;
  readonly onTenant?: (tenant: Tenant) => void;
}

interface FleetTenant {
  readonly tenant: Tenant;
  /** Null when it could not be read: a finding says why. */
  readonly fingerprint: string | null;
  readonly statistics: Statistics | null;
  /** The change detector saw no change since the last reading, so the catalog was not read again. */
  readonly unchanged: boolean;
}

export interface FleetReading {
  /** In the order of the registry. */
  readonly tenants: readonly FleetTenant[];
  /** By fingerprint. */
  readonly catalogs: ReadonlyMap<string, Catalog>;
  readonly findings: readonly Finding[];
}

/**
 * Reads every tenant's fingerprint and statistics, read-only, over a few connections per host. A tenant that did not change since the last
 * time is recognised and its catalog is not read again. A tenant that fails becomes a finding.
 */
export async function readFleet(
  ports: { readonly database: Database; readonly memory: Artifacts },
  tenants: readonly Tenant[],
  options: FleetOptions,
): Promise<FleetReading> {
  const reader = new FleetReader(ports, options);
  await withReaderPool((pool) => overHosts(tenants, options.connectionsPerHost, (tenant) => reader.read(tenant, pool)));
  return {
    tenants: tenants.flatMap((tenant) => reader.results.get(tenant.id) ?? []),
    catalogs: reader.catalogs,
    findings: reader.findings,
  };
}

class FleetReader {
  readonly results = new Map<string, FleetTenant>();
  readonly catalogs = new Map<string, Catalog>();
  readonly findings: Finding[] = [];
  private readonly reader: CatalogReader;

  constructor(
    private readonly ports: { readonly database: Database; readonly memory: Artifacts },
    private readonly options: FleetOptions,
  ) {
    this.reader = new CatalogReader(ports.memory, options.fresh);
  }

  async read(tenant: Tenant, pool: SessionPool): Promise<void> {
    this.results.set(tenant.id, await this.readTenant(tenant, pool));
    this.options.onTenant?.(tenant);
  }

  private async readTenant(tenant: Tenant, pool: SessionPool): Promise<FleetTenant> {
    let session: Session | null = null;
    try {
      const opened = await openReplica(this.ports.database, tenant, { ...this.options, pool });
      session = opened.session;
      this.findings.push(...opened.findings);
      const { fingerprint, catalog, unchanged } = await this.reader.read(session, tenant);
      this.catalogs.set(fingerprint, catalog);
      const { database } = this.ports;
      const { statementTimeout } = this.options;
      this.findings.push(...(await logicalReplicaFindings(database, session, tenant, catalog, statementTimeout)));
      const statistics = await readStatistics(session, tenant.schema);
      return { tenant, fingerprint, statistics, unchanged };
    } catch (error) {
      this.findings.push(unreachable("introspect", "introspect.unreachable", tenant, "could not be read", error));
      return { tenant, fingerprint: null, statistics: null, unchanged: false };
    } finally {
      await session?.close();
    }
  }
}
