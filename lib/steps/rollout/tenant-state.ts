import { milliseconds } from "../../core/config/config.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError } from "../../ports/registry.js";
import { readLedger } from "../catalog/ledger.js";
import { partsBegun } from "../migration/progress.js";
import { approvedFingerprint } from "./approved-fingerprint.js";
import type { TenantContext } from "./tenant-context.js";
import { lockName } from "./tenant-guard.js";

/**
 * Where a tenant is between the schema before and the one after. `partial`: the release stopped on its way, and continues from there;
 * `other`: neither, nor anything that the release passes through.
 */
export interface TenantState {
  readonly kind: "old" | "new" | "partial" | "other";
  readonly fingerprint: string;
}

/** Ledger, progress and catalog at one moment when no session migrates the tenant. Throws `DatabaseError`. */
async function readTenantState(session: Session, context: TenantContext): Promise<TenantState> {
  const { tenant, cluster, release, before, after, onTheWay } = context;
  await session.script("begin isolation level read committed read only");
  try {
    await session.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [lockName(tenant)]);
    const fingerprint = await approvedFingerprint(session, context);
    const entries = await readLedger(session, ledgerFor(release.convention, tenant.schema), tenant.schema);
    const has = new Set(entries.filter((entry) => !entry.incomplete).map((entry) => entry.version));
    const applied = cluster.pending.filter((version) => has.has(version)).length;
    const begun = await partsBegun(session, cluster.pending, tenant.schema);
    if (applied === cluster.pending.length && fingerprint === after) return { kind: "new", fingerprint };
    if (applied === 0 && !begun && fingerprint === before) return { kind: "old", fingerprint };
    if (begun || (applied > 0 && onTheWay.includes(fingerprint))) return { kind: "partial", fingerprint };
    return { kind: "other", fingerprint };
  } finally {
    await session.script("rollback").catch(() => {});
  }
}

/** The same on its own connection: a broken one says nothing about whether the commit arrived. Null if unreadable. */
export async function tenantStateAnew(ports: Ports, context: TenantContext): Promise<TenantState | null> {
  const { rollout } = context.config;
  try {
    const session = await ports.database.connect(context.tenant, {
      purpose: "read",
      statementTimeout: milliseconds(rollout.statementTimeout),
      lockTimeout: milliseconds(rollout.lockTimeout),
    });
    try {
      return await readTenantState(session, context);
    } finally {
      await session.close();
    }
  } catch (error) {
    if (error instanceof DatabaseError || error instanceof RegistryError) return null;
    throw error;
  }
}
