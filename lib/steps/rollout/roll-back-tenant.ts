import { bytes } from "../../core/config/config.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { assertNoOthersCode } from "../catalog/automatic-code.js";
import { readLedger } from "../catalog/ledger.js";
import { assertNoSuperuser } from "../catalog/tenant-role.js";
import { applyRollback, RollbackImpossible } from "../migration/apply-rollback.js";
import type { TenantOutcome } from "../run/each-tenant.js";
import { artifact, type TenantProgress } from "../run/records.js";
import { approvedFingerprint } from "./approved-fingerprint.js";
import { halfDone } from "./half-done.js";
import { type Attempt, describe, persistenceOf, retryTenant } from "./retry-tenant.js";
import { type RolloutContext, sessionSettings, type TenantContext, tenantContext } from "./tenant-context.js";
import { TenantGuard } from "./tenant-guard.js";
import { lockWatch } from "./tenant-lock-watch.js";
import { tenantStateAnew } from "./tenant-state.js";

/**
 * Takes the release out of one tenant by the way back that its cluster's dry run proved, and compares the schema with the one before. Does
 * nothing to a tenant that is already back.
 */
export async function rollBackTenant(
  ports: Ports,
  rollout: RolloutContext,
  tenant: Tenant,
): Promise<TenantOutcome<TenantProgress>> {
  const known = await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id));
  const context = tenantContext(rollout, tenant);
  const started = ports.clock.monotonic();
  const attempt: Attempt = { attempts: 0, lockWaitMs: 0, faults: [...(known?.faults ?? [])] };
  const write = async (status: TenantProgress["status"], after: string | null, message: string | null) => {
    const ms = Math.round(ports.clock.monotonic() - started);
    const base = { tenant: tenant.id, wave: context.wave, before: context.before, lockTimeout: false };
    const record: TenantProgress = { ...base, ...attempt, status, after, ms, message };
    await ports.artifacts.put(artifact.tenant(tenant.id), record);
    return record;
  };
  if (known?.status === "rolled back") return { record: known, findings: [] };
  try {
    const persistence = persistenceOf(context.config);
    const after = await retryTenant(ports, tenant, persistence, attempt, (connected) =>
      takeBack(ports, context, connected),
    );
    if (after === context.before) return { record: await write("rolled back", after, null), findings: [] };
    return unfinished(await write("unknown", after, "the way back ran, but the schema is not the one before"));
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError || error instanceof RollbackImpossible))
      throw error;
    const state = await tenantStateAnew(ports, context);
    // The commit had arrived although its answer did not.
    if (state?.kind === "old") return { record: await write("rolled back", state.fingerprint, null), findings: [] };
    const status = state?.kind === "new" ? "migrated" : "unknown";
    return unfinished(await write(status, state?.fingerprint ?? null, describe(error)));
  }
}

async function takeBack(ports: Ports, context: TenantContext, connected: () => void): Promise<string> {
  const { tenant, config, release, rollbacks, cluster } = context;
  const settings = sessionSettings(config);
  const { lockTimeout, statementTimeout, concurrentTimeout } = settings;
  const session = await ports.database.connect(tenant, { purpose: "write", statementTimeout, lockTimeout });
  connected();
  const ledger = ledgerFor(release.convention, tenant.schema);
  const has = async (on: Session) =>
    new Set((await readLedger(on, ledger, tenant.schema)).map((entry) => entry.version));
  const needed = async (on: Session, version: string) =>
    (await has(on)).has(version) || (await halfDone(on, context, await has(on))).includes(version);
  const guard = new TenantGuard({ run: ports.run, tenant, concurrentTimeout, needed });
  try {
    if (config.connection.superuser === undefined) await assertNoOthersCode(session, release.migrations);
    await assertNoSuperuser(
      session,
      tenant,
      config,
      release.migrations.filter(({ version }) => cluster.pending.includes(version)),
    );
    const applied = await has(session);
    // Reported before the first is taken back, so that no tenant is left halfway.
    const half = await halfDone(session, context, applied);
    const inIt = (version: string) => applied.has(version) || half.includes(version);
    const stuck = cluster.pending.find((version) => inIt(version) && !rollbacks.has(version));
    if (stuck !== undefined) throw new RollbackImpossible(`${stuck} has no proved way back`);
    for (const version of cluster.pending.toReversed()) {
      if (!inIt(version)) continue;
      const at = release.migrations.findIndex((migration) => migration.version === version);
      const migration = release.migrations[at];
      const candidate = rollbacks.get(version);
      if (!migration || !candidate) throw new RollbackImpossible(`${version} has no proved way back`);
      const previous = release.migrations[at - 1] ?? null;
      const { schema } = tenant;
      const keepLimit = bytes(config.rollback.keepLimit);
      const common = { ledger, settings, schema, clock: ports.clock, keepLimit, guard };
      const way = { migration, previous, candidate, halfDone: half.includes(version) };
      await applyRollback(session, { ...way, ...common, watch: lockWatch(ports, tenant) });
    }
    return await approvedFingerprint(session, context);
  } finally {
    await guard.release(session);
    await session.close();
  }
}

/** A tenant whose state was read after the failure is known to still have the release. */
function unfinished(record: TenantProgress): TenantOutcome<TenantProgress> {
  const known = record.status === "migrated";
  return {
    record,
    findings: [
      {
        code: "rollout.not-rolled-back",
        gate: "rollout",
        severity: "error",
        ...(known ? {} : { unknown: true }),
        subject: { kind: "tenant", name: record.tenant },
        message: `Tenant ${record.tenant} could not be taken back: ${record.message}.${known ? " It still has the whole release." : ""}`,
        remedy: known
          ? { text: "Remove the cause, then take it back.", command: "schema-gate rollback" }
          : { text: "Check this tenant by hand before anything else runs on it.", command: "schema-gate status" },
        tenants: [record.tenant],
      },
    ],
  };
}
