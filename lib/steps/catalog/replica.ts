import type { Finding } from "../../core/finding.js";
import type { Database, Session } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** Code of the finding that a replica lags. */
export const REPLICA_LAG = "introspect.replica-lag";

/** How far a replica may be behind to be read instead of its primary. */
const MOST_SECONDS = 10;

interface ReplicaOptions {
  /** Milliseconds. */
  readonly statementTimeout: number;
}

/**
 * A read-only session on the tenant's replica when it has one that keeps up, else on its primary; a replica that lags is
 * said. Throws `DatabaseError`.
 */
export async function openReplica(
  database: Database,
  tenant: Tenant,
  { statementTimeout }: ReplicaOptions,
): Promise<{ readonly session: Session; readonly findings: readonly Finding[] }> {
  const options = { purpose: "read", statementTimeout, lockTimeout: 1000 } as const;
  const session = await database.connect(tenant, { ...options, replica: true });
  try {
    const behind = await secondsBehind(session);
    if (behind <= MOST_SECONDS) return { session, findings: [] };
    await session.close();
    return { session: await database.connect(tenant, options), findings: [lagging(tenant, behind)] };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * 0 on a primary, and on a replica that receives and has replayed all of it; Infinity when the replica cannot tell. One that
 * receives nothing any more has replayed all it received as well: then the age of the last transaction counts.
 */
async function secondsBehind(session: Session): Promise<number> {
  const [row] = await session.query<{ behind: number | null }>(
    `select case when not pg_is_in_recovery() then 0
       when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then 0
       else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end as behind`,
  );
  return row?.behind ?? Number.POSITIVE_INFINITY;
}

function lagging(tenant: Tenant, behind: number): Finding {
  const told = Number.isFinite(behind) ? `${Math.round(behind)} s behind` : "behind by an unknown time";
  return {
    code: REPLICA_LAG,
    gate: "introspect",
    severity: "warning",
    subject: { kind: "tenant", name: tenant.id },
    message: `The replica of tenant ${tenant.id} is ${told}; the primary was read instead.`,
    remedy: { text: "Let the replica catch up, or take it out of the registry." },
    tenants: [tenant.id],
  };
}
