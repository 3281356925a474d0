import { CANONICAL_VERSION, type Catalog } from "../../core/catalog/catalog.js";
import { digest } from "../../core/json.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { type FingerprintReading, KnownCatalogs, readDetector, readFingerprint } from "./read-catalog.js";

/** What was last seen of a tenant. Its detector is compared only with its own earlier value, never with another tenant's. */
interface Seen {
  readonly place: string;
  readonly detector: string;
  readonly fingerprint: string;
  readonly canonical: number;
}

const seenKey = (tenant: Tenant) => `catalog/seen/${digest(tenant.id).slice(0, 32)}.json`;
const catalogKey = (fingerprint: string) => `catalog/${fingerprint}.json`;

/** A catalog that an earlier reading kept; null when it is no longer kept. */
export function keptCatalog(memory: Artifacts, fingerprint: string): Promise<Catalog | null> {
  return memory.get<Catalog>(catalogKey(fingerprint));
}

/**
 * The fingerprint of a tenant's last reading, if its change detector says that nothing moved since. Null if something did, if there was no
 * reading, or for a schema of a shared database, whose neighbours move its detector. Throws `DatabaseError`.
 */
export async function unchangedFingerprint(
  memory: Artifacts | null,
  session: Session,
  tenant: Tenant,
  known: KnownCatalogs = new KnownCatalogs(),
): Promise<string | null> {
  if (memory === null || tenant.schema !== null) return null;
  const before = await memory.get<Seen>(seenKey(tenant));
  if (before?.place !== placeOf(tenant) || before.canonical !== CANONICAL_VERSION) return null;
  return (await readDetector(session, null, known)) === before.detector ? before.fingerprint : null;
}

export interface TenantCatalog extends FingerprintReading {
  /** The change detector saw no change since the last reading, so the catalog was not read again. */
  readonly unchanged: boolean;
}

/** Reads catalogs and remembers earlier readings: a tenant that did not change is recognised and not read again. */
export class CatalogReader {
  private readonly known = new KnownCatalogs();
  private readonly catalogs = new Map<string, Promise<Catalog | null>>();
  private readonly detectors = new Map<string, Promise<string>>();

  /** Without a memory everything is read. With `fresh` the memory is not consulted, but what is read now is stored in it. */
  constructor(
    private readonly memory: Artifacts | null,
    private readonly fresh: boolean,
  ) {}

  async read(session: Session, tenant: Tenant): Promise<TenantCatalog> {
    const { memory } = this;
    if (!memory) return { ...(await readFingerprint(session, tenant.schema, this.known)), unchanged: false };
    // The detector is read before the catalog, so the next reading sees a change made in between.
    const detector = await this.detectorOf(session, tenant);
    const before = this.fresh ? null : await this.lastReading(memory, tenant, detector);
    if (before) return { ...before, unchanged: true };
    const reading = await readFingerprint(session, tenant.schema, this.known);
    await this.keep(memory, tenant, detector, reading);
    return { ...reading, unchanged: false };
  }

  /** Tenants that share a database share its detector, which is read once, before the first of their catalogs. */
  private detectorOf(session: Session, tenant: Tenant): Promise<string> {
    if (tenant.schema === null) return readDetector(session, null, this.known);
    const place = JSON.stringify([tenant.host, tenant.database]);
    const known = this.detectors.get(place) ?? readDetector(session, tenant.schema, this.known);
    this.detectors.set(place, known);
    return known;
  }

  /** The last reading, if nothing moved since and its catalog is still kept. */
  private async lastReading(memory: Artifacts, tenant: Tenant, detector: string): Promise<FingerprintReading | null> {
    const before = await memory.get<Seen>(seenKey(tenant));
    if (before?.detector !== detector || before.place !== placeOf(tenant)) return null;
    if (before.canonical !== CANONICAL_VERSION) return null;
    const catalog = await this.catalogOf(memory, before.fingerprint);
    return catalog && { fingerprint: before.fingerprint, catalog };
  }

  private async keep(
    memory: Artifacts,
    tenant: Tenant,
    detector: string,
    { fingerprint, catalog }: FingerprintReading,
  ): Promise<void> {
    if ((await this.catalogOf(memory, fingerprint)) === null) {
      this.catalogs.set(fingerprint, Promise.resolve(catalog));
      await memory.put(catalogKey(fingerprint), catalog);
    }
    const seen: Seen = { place: placeOf(tenant), detector, fingerprint, canonical: CANONICAL_VERSION };
    await memory.put(seenKey(tenant), seen);
  }

  private catalogOf(memory: Artifacts, fingerprint: string): Promise<Catalog | null> {
    const known = this.catalogs.get(fingerprint) ?? keptCatalog(memory, fingerprint);
    this.catalogs.set(fingerprint, known);
    return known;
  }
}

function placeOf(tenant: Tenant): string {
  return JSON.stringify([tenant.host, tenant.database, tenant.schema]);
}
