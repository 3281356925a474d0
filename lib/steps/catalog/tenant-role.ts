import { ROLE_FACTS, type RoleFacts } from "../../core/catalog/role-facts.js";
import { roleFindings } from "../../core/catalog/role-findings.js";
import type { Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import type { TenantReading } from "../run/records.js";

interface TenantRole {
  readonly role: NonNullable<TenantReading["role"]>;
  readonly findings: readonly Finding[];
}

/** Who a release would run as in the tenant, and what is wrong with it. Throws `DatabaseError`. */
export async function tenantRole(
  session: Session,
  tenant: Tenant,
  { connection }: Pick<Config, "connection">,
): Promise<TenantRole> {
  const [facts] = await session.query<Row & RoleFacts>(ROLE_FACTS, [tenant.role ?? null, tenant.schema]);
  if (!facts) throw new DatabaseError("the query for the session's role was answered with no row", "MALFORMED");
  const { superuser } = connection;
  return {
    role: { name: facts.role, createsSchemas: facts.createsSchemas },
    findings: roleFindings({ tenant: tenant.id, facts, named: tenant.role !== undefined, superuser }),
  };
}
