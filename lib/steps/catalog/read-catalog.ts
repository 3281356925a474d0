import { assembleCatalog, type CatalogRow, parseRows, unaskedSources } from "../../core/catalog/assemble.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import { type DetectorRow, detectorQuery } from "../../core/catalog/detector.js";
import { fingerprint } from "../../core/catalog/fingerprint.js";
import type { SourceRows } from "../../core/catalog/place-tenant.js";
import { catalogQuery, catalogValues, scopeOf, UnsupportedServerError } from "../../core/catalog/query.js";
import { CatalogFormatError } from "../../core/catalog/sources/fields.js";
import type { Scope } from "../../core/catalog/sources/source.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import { type StatisticsRow, statisticsQuery } from "../../core/catalog/statistics-query.js";
import { digest } from "../../core/json.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import { assertNothingUnknown } from "./known-server.js";

/** Rare kinds of objects that this process has seen: they decide only how much is queried at once, never what is read. */
const RARE_MET = new Set<string>();

/**
 * Reads the whole catalog in one round trip, or in two if there are objects of a rare kind that this process has not seen before: planning
 * queries of empty catalogs takes longer than reading the others. Throws `DatabaseError`, also for an unknown server version and for an
 * answer that makes no sense.
 */
export async function readCatalog(session: Session, tenantSchema: string | null): Promise<Catalog> {
  return understood(async () => {
    const scope = await scopeIn(session, tenantSchema);
    const rows = await readRows(session, scope, RARE_MET);
    return assembleCatalog(parseRows(rows, scope), scope, session.serverVersion);
  });
}

export interface FingerprintReading {
  readonly fingerprint: string;
  readonly catalog: Catalog;
}

/** What earlier tenants taught: the same answer of the server is assembled only once for all of them. */
export class KnownCatalogs {
  /** By the digest of the server's answer. */
  readonly readings = new Map<string, FingerprintReading>();
  /** The rare kinds of objects that some tenant of the fleet has. */
  readonly kinds = new Set<string>();
  /** Ids of the rarely filled catalogs in which the change detector found something. */
  readonly watched = new Set<number>();
}

/**
 * The fingerprint of one tenant, and its catalog, in one round trip. Only the first tenant with objects of a rare kind needs a second one;
 * `known` remembers the kind for the others.
 */
export async function readFingerprint(
  session: Session,
  tenantSchema: string | null,
  known: KnownCatalogs = new KnownCatalogs(),
): Promise<FingerprintReading> {
  return understood(async () => {
    const scope = await scopeIn(session, tenantSchema);
    const answer = answerOf(await readRows(session, scope, known.kinds), scope);
    const before = known.readings.get(answer.key);
    if (before) return before;
    const catalog = assembleCatalog(answer.rows(), scope, session.serverVersion);
    const reading = { fingerprint: fingerprint(catalog), catalog };
    known.readings.set(answer.key, reading);
    return reading;
  });
}

async function scopeIn(session: Session, tenantSchema: string | null): Promise<Scope> {
  const scope = scopeOf(session.serverVersion, tenantSchema);
  await assertNothingUnknown(session);
  return scope;
}

/** An answer that cannot be understood counts as the database's failure: the tenant is unknown, and unknown is blocked. */
async function understood<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UnsupportedServerError) throw new DatabaseError(error.message, "UNSUPPORTED", null, error);
    if (error instanceof CatalogFormatError || error instanceof SyntaxError)
      throw new DatabaseError(`the catalog could not be understood: ${error.message}`, "MALFORMED", null, error);
    throw error;
  }
}

/** What tells one answer from another. A schema-tenant's rows are split first, because its own name must not count. */
function answerOf(rows: readonly CatalogRow[], scope: Scope): { readonly key: string; rows(): readonly SourceRows[] } {
  if (scope.tenantSchema === null) {
    const bodies = rows.map(({ tag, body }) => (body === null || body === "" ? "" : `${tag}\n${body}\n\n`));
    return { key: digest(`${scope.major}\n${bodies.join("")}`), rows: () => parseRows(rows, scope) };
  }
  const parsed = parseRows(rows, scope);
  const filled = parsed.filter(({ records }) => records.length > 0);
  return { key: digest(JSON.stringify([scope.major, filled])), rows: () => parsed };
}

/** If the answer reveals a rare kind, everything is read again, so that one answer shows one moment. */
async function readRows(session: Session, scope: Scope, kinds: Set<string>): Promise<readonly CatalogRow[]> {
  for (;;) {
    const rows = await session.repeated<Row & CatalogRow>(catalogQuery(scope, kinds), catalogValues(scope));
    const unasked = unaskedSources(rows);
    if (unasked.length === 0) return rows;
    for (const kind of unasked) kinds.add(kind);
  }
}

/**
 * The tenant's change detector: while it stays the same, so does the tenant's catalog. Never compare two tenants by it. Only the first
 * tenant with something in a rarely filled catalog needs a second round trip; `known` remembers it.
 */
export async function readDetector(
  session: Session,
  tenantSchema: string | null,
  known: KnownCatalogs = new KnownCatalogs(),
): Promise<string> {
  return understood(async () => {
    const scope = await scopeIn(session, tenantSchema);
    const { watched } = known;
    for (;;) {
      const [row] = await session.repeated<Row & DetectorRow>(detectorQuery(scope, watched));
      if (!row) throw new CatalogFormatError("the change detector was answered with no row");
      const unwatched = (row.found ?? "").split(",").filter((id) => id !== "" && !watched.has(Number(id)));
      if (unwatched.length === 0) return row.detector;
      for (const id of unwatched) watched.add(Number(id));
    }
  });
}

/** Sizes, estimates and activity: kept next to the catalog, never in it. */
export async function readStatistics(session: Session, tenantSchema: string | null): Promise<Statistics> {
  const [row] = await session.repeated<{ statistics: StatisticsRow }>(
    statisticsQuery(tenantSchema),
    tenantSchema === null ? [] : [tenantSchema],
  );
  if (!row) throw new DatabaseError("the query for statistics was answered with no row", "MALFORMED");
  return { ...row.statistics, serverVersion: session.serverVersion };
}
