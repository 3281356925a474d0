import { type Config, milliseconds } from "../../core/config/config.js";
import type { Health } from "../../core/rollout/breaker.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { assertNoOthersCode } from "../catalog/automatic-code.js";
import { artifact, need, type TenantProgress, type WavePlan } from "../run/records.js";
import { heldTo } from "../run/target.js";
import { targetsOfWaves } from "./planned-batches.js";

/**
 * Asks the config's health query in every migrated tenant of a wave, one after the other. The first tenant that is not well decides; an
 * invalid answer is unknown. Null if the config has no query.
 */
export async function waveHealth(
  ports: Ports,
  config: Config,
  said: readonly (TenantProgress | null)[],
  wave: WavePlan,
): Promise<Health | null> {
  const { health } = config.rollout;
  if (health === undefined) return null;
  const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const targets = await targetsOfWaves(ports, [wave]);
  for (const progress of said) {
    const tenant = progress?.status === "migrated" ? fleet.get(progress.tenant) : undefined;
    if (!tenant) continue;
    const answer = await healthOf(
      { ...ports, database: heldTo(ports.database, targets[tenant.id] ?? null) },
      config,
      tenant,
      health,
    );
    if (answer.status !== "healthy") return answer;
  }
  return { status: "healthy" };
}

type HealthQuery = NonNullable<Config["rollout"]["health"]>;

/** The answer of one tenant. */
export async function healthOf(
  ports: Pick<Ports, "database">,
  config: Config,
  tenant: Tenant,
  { query, timeout }: HealthQuery,
): Promise<Health> {
  const limit = milliseconds(timeout);
  try {
    const session = await ports.database.connect(tenant, {
      purpose: "read",
      statementTimeout: limit,
      lockTimeout: limit,
    });
    try {
      if (config.connection.superuser === undefined) await assertNoOthersCode(session, [], [query]);
      return answerOf(tenant, await session.execute<{ healthy?: unknown; reason?: unknown }>(query));
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
    return { status: "unknown", reason: `${tenant.id}: ${error.message}` };
  }
}

function answerOf(tenant: Tenant, rows: readonly { healthy?: unknown; reason?: unknown }[]): Health {
  const [row] = rows;
  if (rows.length !== 1 || typeof row?.healthy !== "boolean")
    return { status: "unknown", reason: `${tenant.id}: expected one row with a boolean column healthy` };
  if (row.healthy) return { status: "healthy" };
  const reason = typeof row.reason === "string" && row.reason !== "" ? row.reason : "healthy is false";
  return { status: "unhealthy", reason: `${tenant.id}: ${reason}` };
}
