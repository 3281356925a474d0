import { assembleCatalog, type CatalogRow } from "../../core/catalog/assemble.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import { detectorQuery } from "../../core/catalog/detector.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import { catalogQuery, scopeOf } from "../../core/catalog/query.js";
import { CatalogFormatError } from "../../core/catalog/sources/fields.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import { type StatisticsRow, statisticsQuery } from "../../core/catalog/statistics-query.js";
import { digest } from "../../core/json.js";
import type { Row, Session } from "../../ports/database.js";

/**
 * Reads the whole catalog in one round trip. Throws `DatabaseError`, `UnsupportedServerError`, or
 * `CatalogFormatError` for an answer that does not make sense.
 */
export async function readCatalog(session: Session, tenantSchema: string | null): Promise<Catalog> {
  const scope = scopeOf(session.serverVersion, tenantSchema);
  const rows = await session.query<Row & CatalogRow>(catalogQuery(scope));
  return assembleCatalog(rows, scope, session.serverVersion);
}

export interface FingerprintReading {
  readonly fingerprint: string;
  readonly catalog: Catalog;
}

/** Catalogs by the digest of the server's answer: the same answer is assembled once. */
export type KnownCatalogs = Map<string, FingerprintReading>;

/** The fingerprint of one tenant; a catalog that is already known is not made again. */
export async function readFingerprint(
  session: Session,
  tenantSchema: string | null,
  known: KnownCatalogs = new Map(),
): Promise<FingerprintReading> {
  const scope = scopeOf(session.serverVersion, tenantSchema);
  const rows = await session.query<Row & CatalogRow>(catalogQuery(scope));
  const key = digest(rows.map((row) => `${row.tag}\n${row.body ?? ""}`).join("\n\n"));
  const before = known.get(key);
  if (before) return before;
  const catalog = assembleCatalog(rows, scope, session.serverVersion);
  const reading = { fingerprint: fingerprint(catalog), catalog };
  known.set(key, reading);
  return reading;
}

/** The tenant's change detector: as long as it stays the same, the tenant's catalog did. Never compare two tenants by it. */
export async function readDetector(session: Session, tenantSchema: string | null): Promise<string> {
  const [row] = await session.query<{ detector: string }>(detectorQuery(scopeOf(session.serverVersion, tenantSchema)));
  if (!row) throw new CatalogFormatError("the server answered the change detector with no row");
  return row.detector;
}

/** Sizes, estimates and activity: beside the catalog, never in it. */
export async function readStatistics(session: Session, tenantSchema: string | null): Promise<Statistics> {
  const [row] = await session.query<{ statistics: StatisticsRow }>(statisticsQuery(tenantSchema));
  if (!row) throw new CatalogFormatError("the server answered the query for statistics with no row");
  return { ...row.statistics, serverVersion: session.serverVersion };
}
