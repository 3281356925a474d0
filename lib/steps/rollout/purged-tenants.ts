import { bindSchemas, OWN_SCHEMA } from "../../core/catalog/own-schema.js";
import { qualified } from "../../core/sql/quote.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import type { Approved } from "../run/approved.js";
import { artifact, type TenantProgress } from "../run/records.js";
import { rolloutContext, sessionSettings, type TenantContext, tenantContext } from "./tenant-context.js";

/**
 * The tenants that have the whole release, but have lost copies of rows that the way back would restore. One that cannot be reached is left
 * to the rollback, which reports it.
 */
export async function purgedTenants(
  ports: Ports,
  tenants: readonly Tenant[],
  approved: Approved,
): Promise<readonly string[]> {
  const rollout = await rolloutContext(ports, approved);
  const gone: string[] = [];
  for (const tenant of tenants) {
    const progress = await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id));
    // A migration that stopped halfway made only some of the copies.
    if (progress?.status !== "migrated") continue;
    const context = tenantContext(rollout, tenant);
    const copies = [...context.rollbacks.values()].flatMap(({ keep }) => keep.flatMap(({ tables }) => tables));
    if (copies.length > 0 && (await lacksOne(ports, context, copies))) gone.push(tenant.id);
  }
  return gone;
}

async function lacksOne(ports: Ports, { tenant, config }: TenantContext, copies: readonly string[]): Promise<boolean> {
  const { statementTimeout, lockTimeout } = sessionSettings(config);
  try {
    const session = await ports.database.connect(tenant, { purpose: "read", statementTimeout, lockTimeout });
    try {
      const names = copies.map((copy) => bindSchemas(qualified(OWN_SCHEMA, copy), tenant.schema));
      const [row] = await session.query<{ gone: boolean }>(
        "select bool_or(to_regclass(name) is null) as gone from unnest($1::text[]) as name",
        [names],
      );
      return row?.gone === true;
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError || error instanceof RegistryError) return false;
    throw error;
  }
}
