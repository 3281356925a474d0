import type { Finding, Gate } from "../../core/finding.js";
import type { Database, Session, SessionPool } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";

/** Suffix of each gate's finding code for a replica that lags. */
export const REPLICA_LAG = ".replica-lag";

/** How far behind a replica may be and still be read instead of its primary. Seconds. */
const MOST_SECONDS = 10;

interface ReplicaOptions {
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** Who reads; default: introspect. */
  readonly gate?: Gate;
  readonly pool?: SessionPool;
}

interface OpenedReplica {
  readonly session: Session;
  /** False when the session is on the primary. */
  readonly replica: boolean;
  readonly findings: readonly Finding[];
}

/**
 * A read-only session on the tenant's replica if it has one that keeps up, else on its primary; a lagging replica is reported. Throws
 * `DatabaseError`.
 */
export async function openReplica(
  database: Database,
  tenant: Tenant,
  { statementTimeout, gate = "introspect", pool }: ReplicaOptions,
): Promise<OpenedReplica> {
  const options = { purpose: "read", statementTimeout, lockTimeout: 1000, ...(pool ? { pool } : {}) } as const;
  const session = await database.connect(tenant, { ...options, replica: true });
  try {
    const { replica, behind } = await secondsBehind(session);
    if (behind <= MOST_SECONDS) return { session, replica, findings: [] };
    await session.close();
    const primary = await database.connect(tenant, options);
    return { session: primary, replica: false, findings: [lagging(gate, tenant, behind)] };
  } catch (error) {
    await session.close();
    throw error;
  }
}

/**
 * 0 on a primary, and on a replica that is receiving and has replayed everything; Infinity when the replica cannot tell. A replica that no
 * longer receives has also replayed all it received: then the age of the last transaction counts.
 */
async function secondsBehind(session: Session): Promise<{ readonly replica: boolean; readonly behind: number }> {
  const [row] = await session.query<{ replica: boolean; behind: number | null }>(
    `select pg_is_in_recovery() as replica, case when not pg_is_in_recovery() then 0
       when pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() and exists (select from pg_stat_wal_receiver) then 0
       else extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 end as behind`,
  );
  return { replica: row?.replica === true, behind: row?.behind ?? Number.POSITIVE_INFINITY };
}

function lagging(gate: Gate, tenant: Tenant, behind: number): Finding {
  const told = Number.isFinite(behind) ? `${Math.round(behind)} s behind` : "behind by an unknown time";
  return {
    code: `${gate}${REPLICA_LAG}`,
    gate,
    severity: "warning",
    subject: { kind: "tenant", name: tenant.id },
    message: `The replica of tenant ${tenant.id} is ${told}; the primary was read instead.`,
    remedy: { text: "Let the replica catch up, or take it out of the registry." },
    tenants: [tenant.id],
  };
}
