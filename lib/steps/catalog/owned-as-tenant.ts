import type { Catalog } from "../../core/catalog/catalog.js";
import { ownedBy, rolesNamed } from "../../core/catalog/owned-by.js";
import { SCHEMA_OWNER } from "../../core/catalog/query.js";
import type { Database } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

const LIMITS = { purpose: "read", statementTimeout: 60_000, lockTimeout: 1000 } as const;

/**
 * Catalogs of an empty database as if the tenant's owner had made it: there, the owner may be a role that the history names. The owner is
 * looked up only if the history names a role. Throws `DatabaseError`.
 */
export async function ownedAsTenant(
  database: Database,
  tenant: Tenant,
  catalogs: readonly Catalog[],
): Promise<readonly Catalog[]> {
  const roles = new Set(catalogs.flatMap(rolesNamed));
  if (roles.size === 0) return catalogs;
  const owner = await ownerOf(database, tenant);
  return owner !== null && roles.has(owner) ? catalogs.map((each) => ownedBy(each, owner)) : catalogs;
}

async function ownerOf(database: Database, tenant: Tenant): Promise<string | null> {
  const session = await database.connect(tenant, LIMITS);
  try {
    const [row] = await session.query<{ owner: string }>(
      tenant.schema === null
        ? "select pg_catalog.pg_get_userbyid(datdba) as owner from pg_catalog.pg_database where datname = pg_catalog.current_database()"
        : `select pg_catalog.pg_get_userbyid(${SCHEMA_OWNER}) as owner from pg_catalog.pg_namespace n where n.nspname = $1`,
      tenant.schema === null ? [] : [tenant.schema],
    );
    return row?.owner ?? null;
  } finally {
    await session.close();
  }
}
