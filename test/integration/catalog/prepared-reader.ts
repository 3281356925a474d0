import { assembleCatalog, type CatalogRow, parseRows } from "../../../lib/core/catalog/assemble.js";
import type { Catalog } from "../../../lib/core/catalog/catalog.js";
import { catalogQuery, scopeOf } from "../../../lib/core/catalog/query.js";
import type { Row, Session } from "../../../lib/ports/database.js";

/**
 * Reads whole catalogs with the one query, planned once: hundreds of readings of one small database spend most of their
 * time in the planner.
 */
export async function preparedReader(session: Session): Promise<() => Promise<Catalog>> {
  const scope = scopeOf(session.serverVersion, null);
  await session.script("set plan_cache_mode = force_generic_plan");
  await session.script(`prepare catalog as ${catalogQuery(scope)}`);
  return async () => {
    const rows = await session.query<Row & CatalogRow>("execute catalog");
    return assembleCatalog(parseRows(rows, scope), scope, session.serverVersion);
  };
}
