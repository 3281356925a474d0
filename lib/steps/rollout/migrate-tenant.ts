import { bytes, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../core/release/pending.js";
import type { Migration } from "../../core/release/release.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { readFingerprint } from "../catalog/read-catalog.js";
import type { TenantOutcome } from "../each-tenant.js";
import { readLedger } from "../ledger.js";
import { applyMigration } from "../migration/apply-migration.js";
import { readProgress } from "../migration/progress.js";
import { artifact, type TenantProgress } from "../records.js";
import { keepTrying } from "./keep-trying.js";
import { type TenantContext, tenantContext } from "./tenant-context.js";
import { lockTenant } from "./tenant-lock.js";

/** Why a tenant was not migrated, in words for the report. Nothing of the release is in it. */
class NotMigrated extends Error {
  override readonly name = "NotMigrated";
}

/**
 * Brings one tenant to the release: lock, compare with what was approved, apply with the ledger row in the same
 * transaction, read the catalog again and compare it with what the dry run ended in. Never throws for what happens to
 * one tenant; a tenant that is finished is not touched again.
 */
export async function migrateTenant(ports: Ports, tenant: Tenant): Promise<TenantOutcome<TenantProgress>> {
  const known = await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id));
  if (known?.status === "migrated") return { record: known, findings: [] };
  const context = await tenantContext(ports, tenant);
  const started = ports.clock.monotonic();
  const attempt = { attempts: 0, lockWaitMs: 0 };
  const base = { tenant: tenant.id, wave: context.wave, before: context.before };
  const ms = () => Math.round(ports.clock.monotonic() - started);
  try {
    const after = await work(ports, context, attempt);
    const record: TenantProgress = {
      ...base,
      status: "migrated",
      after,
      ...attempt,
      ms: ms(),
      message: null,
      lockTimeout: false,
    };
    await ports.artifacts.put(artifact.tenant(tenant.id), record);
    return { record, findings: [] };
  } catch (error) {
    if (!(error instanceof NotMigrated || error instanceof DatabaseError || error instanceof RegistryError))
      throw error;
    const state = await stateAfterFailure(ports, context);
    const lockTimeout = error instanceof DatabaseError && error.code === "55P03";
    const message = error instanceof DatabaseError ? `${error.message} [${error.code}]` : error.message;
    const record: TenantProgress = { ...base, ...state, ...attempt, ms: ms(), message, lockTimeout };
    await ports.artifacts.put(artifact.tenant(tenant.id), record);
    return { record, findings: [failed(tenant, record)] };
  }
}

async function work(
  ports: Ports,
  context: TenantContext,
  attempt: { attempts: number; lockWaitMs: number },
): Promise<string> {
  const { config } = context;
  return keepTrying(ports, context.tenant.id, config.rollout.attempts, attempt, async () => {
    const session = await open(ports, context, "write");
    try {
      if (!(await lockTenant(session, context.tenant))) {
        throw new NotMigrated("another run holds this tenant; its outcome decides what is left to do");
      }
      await refuseDrift(session, context);
      const pending = await pendingOf(session, context);
      for (const migration of pending) await apply(ports, session, context, migration);
      return await verify(session, context);
    } finally {
      await session.close();
    }
  });
}

function open(ports: Ports, { tenant, config }: TenantContext, purpose: "read" | "write"): Promise<Session> {
  const { rollout } = config;
  return ports.database.connect(tenant, {
    purpose,
    statementTimeout: milliseconds(rollout.statementTimeout),
    lockTimeout: milliseconds(rollout.lockTimeout),
  });
}

/** The schema must be the approved one, or one that this release itself left on its way (an interrupted run). */
async function refuseDrift(session: Session, { tenant, cluster, before, onTheWay }: TenantContext): Promise<void> {
  const { fingerprint } = await readFingerprint(session, tenant.schema);
  if (fingerprint === before || onTheWay.includes(fingerprint)) return;
  // A migration that cannot run in one transaction records its parts, so its own half-way state is known as ours.
  for (const version of cluster.pending) {
    if ((await readProgress(session, version, tenant.schema)).size > 0) return;
  }
  throw new NotMigrated("its schema has changed since the approval; run the gates again");
}

async function pendingOf(session: Session, { release, tenant, cluster }: TenantContext): Promise<readonly Migration[]> {
  const format = ledgerFor(release.convention, tenant.schema);
  const { pending, findings } = pendingMigrations(release, await readLedger(session, format), format);
  const [blocking] = findings.filter((finding) => finding.severity === "error");
  if (blocking) throw new NotMigrated(blocking.message);
  // Only what was gated: the folder may have nothing else pending, since the release is the one stored with the run.
  return pending.filter((migration) => cluster.pending.includes(migration.version));
}

async function apply(ports: Ports, session: Session, context: TenantContext, migration: Migration): Promise<void> {
  const { tenant, config, release, rollbacks } = context;
  await applyMigration(session, {
    migration,
    ledger: ledgerFor(release.convention, tenant.schema),
    isolation: migration.up.isolation,
    settings: {
      lockTimeout: milliseconds(config.rollout.lockTimeout),
      statementTimeout: milliseconds(config.rollout.statementTimeout),
      concurrentTimeout: milliseconds(config.rollout.statementTimeout),
    },
    schema: tenant.schema,
    keep: rollbacks.get(migration.version)?.keep ?? [],
    keepLimit: bytes(config.rollback.keepLimit),
    clock: ports.clock,
  });
}

/** The ledger only says that the migration ran; the catalog says what it left. */
async function verify(session: Session, { tenant, after }: TenantContext): Promise<string> {
  const { fingerprint } = await readFingerprint(session, tenant.schema);
  if (fingerprint === after) return fingerprint;
  throw new NotMigrated("the release ran, but the schema is not the one that the dry run ended in");
}

/** Reads the tenant anew: a broken connection says nothing of whether the commit arrived. */
async function stateAfterFailure(
  ports: Ports,
  context: TenantContext,
): Promise<{ status: "failed" | "unknown"; after: string | null }> {
  try {
    const session = await open(ports, context, "read");
    try {
      const { fingerprint } = await readFingerprint(session, context.tenant.schema);
      return { status: fingerprint === context.before ? "failed" : "unknown", after: fingerprint };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof DatabaseError || error instanceof RegistryError)) throw error;
    return { status: "unknown", after: null };
  }
}

function failed(tenant: Tenant, record: TenantProgress): Finding {
  const state =
    record.status === "failed"
      ? "Nothing of the release is in it."
      : "Whether the release is in it could not be established.";
  return {
    code: record.status === "failed" ? "rollout.failed" : "rollout.unknown",
    gate: "rollout",
    severity: "error",
    ...(record.status === "unknown" ? { unknown: true } : {}),
    subject: { kind: "tenant", name: tenant.id },
    message: `Tenant ${tenant.id} was not migrated: ${record.message}. ${state}`,
    remedy: {
      text: "Remove the cause, then go on; tenants that are finished are not repeated.",
      command: "schema-gate resume",
    },
    tenants: [tenant.id],
  };
}
