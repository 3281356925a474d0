import { CANONICAL_VERSION, type Catalog } from "../../core/catalog/catalog.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import type { Finding } from "../../core/finding.js";
import { groupBy } from "../../core/group-by.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Database, Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { unreachable } from "../database-finding.js";
import { KnownCatalogs, readDetector, readFingerprint, readStatistics } from "./read-catalog.js";
import { openReplica } from "./replica.js";

export interface FleetOptions {
  /** Sessions at once per host; more only add latency. */
  readonly connectionsPerHost: number;
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** Read every catalog, whatever the change detector says. */
  readonly fresh: boolean;
  /** Seconds that a replica may be behind. */
  readonly replicaLag: number;
  readonly onTenant?: (tenant: Tenant) => void;
}

export interface FleetTenant {
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

/** What was seen of a tenant the last time. Its detector compares it with itself, never with another. */
interface Seen {
  readonly place: string;
  readonly detector: string;
  readonly fingerprint: string;
  readonly canonical: number;
}

const STATE = "catalog/seen.json";
const catalogKey = (fingerprint: string) => `catalog/${fingerprint}.json`;

/**
 * Reads every tenant's fingerprint and statistics, read-only, over a few connections per host. A tenant that did not
 * change since the last time is recognised and its catalog is not read again. One that fails becomes a finding.
 */
export async function readFleet(
  ports: { readonly database: Database; readonly artifacts: Artifacts },
  tenants: readonly Tenant[],
  options: FleetOptions,
): Promise<FleetReading> {
  const seen = options.fresh ? {} : ((await ports.artifacts.get<Record<string, Seen>>(STATE)) ?? {});
  const reader = new FleetReader(ports, options, seen);
  const hosts = [...groupBy(tenants, (tenant) => tenant.host).values()];
  await Promise.all(hosts.map((group) => reader.readHost(group)));
  await ports.artifacts.put(STATE, reader.seenNow);
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
  readonly seenNow: Record<string, Seen>;
  private readonly known = new KnownCatalogs();
  private readonly detectors = new Map<string, Promise<string>>();

  constructor(
    private readonly ports: { readonly database: Database; readonly artifacts: Artifacts },
    private readonly options: FleetOptions,
    private readonly seen: Readonly<Record<string, Seen>>,
  ) {
    this.seenNow = { ...seen };
  }

  async readHost(tenants: readonly Tenant[]): Promise<void> {
    const queue = [...tenants];
    const work = async () => {
      for (let tenant = queue.shift(); tenant; tenant = queue.shift()) {
        this.results.set(tenant.id, await this.readTenant(tenant));
        this.options.onTenant?.(tenant);
      }
    };
    await Promise.all(Array.from({ length: this.options.connectionsPerHost }, work));
  }

  private async readTenant(tenant: Tenant): Promise<FleetTenant> {
    let session: Session | null = null;
    try {
      const opened = await openReplica(this.ports.database, tenant, this.options);
      session = opened.session;
      this.findings.push(...opened.findings);
      const detector = await this.detectorOf(session, tenant);
      const before = await this.unchanged(tenant, detector);
      const fingerprint = before ?? (await this.readCatalog(session, tenant, detector));
      const statistics = await readStatistics(session, tenant.schema);
      return { tenant, fingerprint, statistics, unchanged: before !== null };
    } catch (error) {
      this.findings.push(unreachable("introspect", "introspect.unreachable", tenant, "could not be read", error));
      delete this.seenNow[tenant.id];
      return { tenant, fingerprint: null, statistics: null, unchanged: false };
    } finally {
      await session?.close();
    }
  }

  /**
   * Tenants that share a database share its detector, which is read once, before the first of their catalogs: a change in
   * between is then seen the next time.
   */
  private detectorOf(session: Session, tenant: Tenant): Promise<string> {
    if (tenant.schema === null) return readDetector(session, null);
    const place = JSON.stringify([tenant.host, tenant.database]);
    const known = this.detectors.get(place) ?? readDetector(session, tenant.schema);
    this.detectors.set(place, known);
    return known;
  }

  /** The fingerprint of the last reading, when nothing moved since and its catalog is still kept. */
  private async unchanged(tenant: Tenant, detector: string): Promise<string | null> {
    const before = this.seen[tenant.id];
    if (before?.detector !== detector || before.place !== placeOf(tenant)) return null;
    if (before.canonical !== CANONICAL_VERSION) return null;
    if (!this.catalogs.has(before.fingerprint)) {
      const catalog = await this.ports.artifacts.get<Catalog>(catalogKey(before.fingerprint));
      if (catalog === null) return null;
      this.catalogs.set(before.fingerprint, catalog);
    }
    return before.fingerprint;
  }

  private async readCatalog(session: Session, tenant: Tenant, detector: string): Promise<string> {
    const { fingerprint, catalog } = await readFingerprint(session, tenant.schema, this.known);
    if (!this.catalogs.has(fingerprint)) {
      this.catalogs.set(fingerprint, catalog);
      await this.ports.artifacts.put(catalogKey(fingerprint), catalog);
    }
    this.seenNow[tenant.id] = { place: placeOf(tenant), detector, fingerprint, canonical: CANONICAL_VERSION };
    return fingerprint;
  }
}

function placeOf(tenant: Tenant): string {
  return JSON.stringify([tenant.host, tenant.database, tenant.schema]);
}
