import { milliseconds } from "../../core/config/config.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { DatabaseError } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { readFingerprint } from "../catalog/read-catalog.js";
import type { TenantOutcome } from "../each-tenant.js";
import { readLedger } from "../ledger.js";
import { applyRollback, RollbackImpossible } from "../migration/apply-rollback.js";
import { artifact, type TenantProgress } from "../records.js";
import { type TenantContext, tenantContext } from "./tenant-context.js";
import { lockTenant } from "./tenant-lock.js";

/**
 * Takes the release out of one tenant with the way back that its cluster's dry run proved, and compares the schema with
 * the one before. Does nothing to a tenant that is back already.
 */
export async function rollBackTenant(ports: Ports, tenant: Tenant): Promise<TenantOutcome<TenantProgress>> {
  const known = await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id));
  const context = await tenantContext(ports, tenant);
  const started = ports.clock.monotonic();
  const base = {
    tenant: tenant.id,
    wave: context.wave,
    before: context.before,
    attempts: 1,
    lockWaitMs: 0,
    lockTimeout: false,
  };
  const write = async (status: TenantProgress["status"], after: string | null, message: string | null) => {
    const ms = Math.round(ports.clock.monotonic() - started);
    const record: TenantProgress = { ...base, status, after, ms, message };
    await ports.artifacts.put(artifact.tenant(tenant.id), record);
    return record;
  };
  if (known?.status === "rolled back") return { record: known, findings: [] };
  try {
    const after = await takeBack(ports, context);
    if (after === context.before) return { record: await write("rolled back", after, null), findings: [] };
    return unfinished(await write("unknown", after, "the way back ran, but the schema is not the one before"));
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError || error instanceof RollbackImpossible))
      throw error;
    return unfinished(await write("unknown", null, error.message));
  }
}

async function takeBack(ports: Ports, context: TenantContext): Promise<string> {
  const { tenant, config, release, rollbacks, cluster } = context;
  const timeout = milliseconds(config.rollout.statementTimeout);
  const lockTimeout = milliseconds(config.rollout.lockTimeout);
  const session = await ports.database.connect(tenant, { purpose: "write", statementTimeout: timeout, lockTimeout });
  try {
    if (!(await lockTenant(session, tenant))) throw new RollbackImpossible("another run holds this tenant");
    const ledger = ledgerFor(release.convention, tenant.schema);
    const has = new Set((await readLedger(session, ledger)).map((entry) => entry.version));
    // Said before the first is taken back, so that a tenant is not left half way.
    const stuck = cluster.pending.find((version) => has.has(version) && !rollbacks.has(version));
    if (stuck !== undefined) throw new RollbackImpossible(`${stuck} has no proved way back`);
    for (const version of cluster.pending.toReversed()) {
      if (!has.has(version)) continue;
      const at = release.migrations.findIndex((migration) => migration.version === version);
      const migration = release.migrations[at];
      const candidate = rollbacks.get(version);
      if (!migration || !candidate) throw new RollbackImpossible(`${version} has no proved way back`);
      await applyRollback(session, {
        migration,
        previous: release.migrations[at - 1] ?? null,
        candidate,
        ledger,
        settings: { lockTimeout, statementTimeout: timeout, concurrentTimeout: timeout },
        schema: tenant.schema,
        clock: ports.clock,
      });
    }
    return (await readFingerprint(session, tenant.schema)).fingerprint;
  } finally {
    await session.close();
  }
}

function unfinished(record: TenantProgress): TenantOutcome<TenantProgress> {
  return {
    record,
    findings: [
      {
        code: "rollout.not-rolled-back",
        gate: "rollout",
        severity: "error",
        unknown: true,
        subject: { kind: "tenant", name: record.tenant },
        message: `Tenant ${record.tenant} could not be taken back: ${record.message}.`,
        remedy: { text: "Look at this tenant by hand before anything else runs on it.", command: "schema-gate status" },
        tenants: [record.tenant],
      },
    ],
  };
}
