import type { Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * Holds a tenant for one session: two runs never work on it at once. Scoped to the tenant, not to the database, so that
 * tenants that share one do not wait for each other. False when another session holds it. Ends with the session.
 */
export async function lockTenant(session: Session, tenant: Tenant): Promise<boolean> {
  const [row] = await session.query<{ held: boolean }>("select pg_try_advisory_lock(hashtextextended($1, 0)) as held", [
    `schema-gate ${tenant.schema ?? ""}`,
  ]);
  return row?.held === true;
}
