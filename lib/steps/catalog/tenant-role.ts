import { ROLE_FACTS, type RoleFacts } from "../../core/catalog/role-facts.js";
import { roleFindings } from "../../core/catalog/role-findings.js";
import { LACKED_USAGE, type LackedUsage } from "../../core/catalog/shared-rights.js";
import { allowedExtensions } from "../../core/config/allowed-extensions.js";
import type { Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import type { Migration } from "../../core/migration/release.js";
import { isPlainlyHarmless } from "../../core/operations/plainly-harmless.js";
import { DatabaseError, type Row, type Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** Who a release would run as in the tenant. Throws `DatabaseError`. */
export async function readRoleFacts(session: Session, tenant: Tenant): Promise<RoleFacts> {
  const [facts] = await session.query<Row & RoleFacts>(ROLE_FACTS, [tenant.role ?? null, tenant.schema]);
  if (!facts) throw new DatabaseError("the query for the session's role was answered with no row", "MALFORMED");
  return facts;
}

/** What the tenants of the database share but the role may not use; empty for a tenant with a database of its own. */
export async function readLackedUsage(
  session: Session,
  tenant: Tenant,
  shared: readonly string[],
): Promise<readonly LackedUsage[]> {
  if (tenant.schema === null) return [];
  return session.query<Row & LackedUsage>(LACKED_USAGE, [tenant.role ?? null, shared]);
}

/** What is wrong with that role for these migrations. */
export function tenantRoleFindings(
  facts: RoleFacts,
  tenant: Tenant,
  config: Pick<Config, "connection" | "extensions">,
  migrations: readonly Migration[] = [],
): readonly Finding[] {
  const { superuser } = config.connection;
  const code = firstNotPlain(migrations, config)?.version ?? null;
  return roleFindings({ tenant: tenant.id, facts, named: tenant.role !== undefined, superuser, code });
}

/** The release would run as a superuser, whoever signed in for the gates. Nothing was executed. */
class RoleRefused extends DatabaseError {
  constructor(reason: string) {
    super(reason, "ROLE");
  }
}

/**
 * The gates' check for a superuser, repeated on the session that is about to execute: the registry may name another login by now, or a
 * login may have become a superuser. Throws `RoleRefused`.
 */
export async function assertNoSuperuser(
  session: Session,
  tenant: Tenant,
  config: Pick<Config, "connection" | "extensions">,
  migrations: readonly Migration[],
): Promise<void> {
  const findings = tenantRoleFindings(await readRoleFacts(session, tenant), tenant, config, migrations);
  const error = findings.find(({ code, severity }) => code === "introspect.superuser" && severity === "error");
  if (error) throw new RoleRefused(error.message);
}

/** The first migration that may do more than its statements say. */
export function firstNotPlain(
  migrations: readonly Migration[],
  config: Pick<Config, "extensions">,
): Migration | undefined {
  const allowed = allowedExtensions(config);
  return migrations.find((migration) => !isPlainlyHarmless(migration, allowed));
}
