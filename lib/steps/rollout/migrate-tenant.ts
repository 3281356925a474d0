import { bytes } from "../../core/config/config.js";
import type { Analyzed } from "../../core/evidence/fleet-evidence.js";
import type { Finding } from "../../core/finding.js";
import type { Migration } from "../../core/migration/release.js";
import { segmentsOf } from "../../core/operations/index.js";
import { hasUnknownEffect } from "../../core/operations/unknown-effect.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import { pendingMigrations } from "../../core/release/pending.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { MigratorFailed } from "../../ports/migrator.js";
import type { Ports } from "../../ports/ports.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";
import { assertNoOthersCode } from "../catalog/automatic-code.js";
import { unchangedFingerprint } from "../catalog/catalog-reader.js";
import { readLedger } from "../catalog/ledger.js";
import { assertNoSuperuser } from "../catalog/tenant-role.js";
import { applyMigration } from "../migration/apply-migration.js";
import type { Guard } from "../migration/guard.js";
import { partsBegun } from "../migration/progress.js";
import { rehearsalsOf, withoutDecided } from "../probing/rehearsal.js";
import { probeLimits } from "../probing/run-probe.js";
import { remedyOf } from "../run/database-finding.js";
import type { TenantOutcome } from "../run/each-tenant.js";
import { artifact, type TenantProgress } from "../run/records.js";
import { primaryOf } from "../run/target.js";
import { probeTenant } from "../states/probe.js";
import { analyzeRelease, notAnalyzed, noteStatistics } from "./analyze-release.js";
import { approvedFingerprint } from "./approved-fingerprint.js";
import { paceOf } from "./pace.js";
import { type Attempt, describe, persistenceOf, retryTenant } from "./retry-tenant.js";
import { type RolloutContext, sessionSettings, type TenantContext, tenantContext } from "./tenant-context.js";
import { TenantGuard } from "./tenant-guard.js";
import { lockWatch } from "./tenant-lock-watch.js";
import { tenantStateAnew } from "./tenant-state.js";

/** Why a tenant was not migrated, in words for the report. */
class NotMigrated extends Error {
  override readonly name = "NotMigrated";
}

/**
 * Brings one tenant to the release: compares it with what was approved, applies under the tenant's lock with the ledger row in the same
 * transaction, reads the catalog again and compares it with the end of the dry run. Never throws for what happens to one tenant; does not
 * touch a finished tenant again.
 */
export async function migrateTenant(
  ports: Ports,
  rollout: RolloutContext,
  tenant: Tenant,
): Promise<TenantOutcome<TenantProgress>> {
  const known = await ports.artifacts.get<TenantProgress>(artifact.tenant(tenant.id));
  if (known?.status === "migrated") return { record: known, findings: [] };
  const context = tenantContext(rollout, tenant);
  const started = ports.clock.monotonic();
  const attempt: Attempt = { attempts: 0, lockWaitMs: 0, faults: [...(known?.faults ?? [])] };
  const write = async (end: End) => {
    const ms = Math.round(ports.clock.monotonic() - started);
    const base = { tenant: tenant.id, wave: context.wave, before: context.before };
    const record: TenantProgress = { ...base, ...end, ...attempt, ms };
    await ports.artifacts.put(artifact.tenant(tenant.id), record);
    return record;
  };
  try {
    const { after, analyzed } = await work(ports, context, attempt);
    return {
      record: await write({ status: "migrated", after, message: null, lockTimeout: false, analyzed }),
      findings: notAnalyzed(tenant.id, analyzed),
    };
  } catch (error) {
    if (!(error instanceof NotMigrated || error instanceof DatabaseError || error instanceof RegistryError))
      throw error;
    if (error instanceof MigratorFailed) await keepOutput(ports, tenant, error.output);
    const lockTimeout = error instanceof DatabaseError && error.code === "55P03";
    const message = describe(error);
    const state = await tenantStateAnew(ports, context);
    const after = state?.fingerprint ?? null;
    // The commit had arrived although its answer did not.
    if (state?.kind === "new")
      return { record: await write({ status: "migrated", after, message: null, lockTimeout: false }), findings: [] };
    const status = state?.kind === "old" ? "failed" : "unknown";
    const record = await write({ status, after, message, lockTimeout });
    const cause = error instanceof DatabaseError ? remedyOf(error.code) : null;
    return { record, findings: [failed(tenant, record, state?.kind ?? null, cause)] };
  }
}

type End = Pick<TenantProgress, "status" | "after" | "message" | "lockTimeout" | "analyzed">;

interface Worked {
  readonly after: string;
  readonly analyzed: readonly Analyzed[];
}

async function work(ports: Ports, context: TenantContext, attempt: Attempt): Promise<Worked> {
  const { config, tenant } = context;
  return retryTenant(ports, tenant, persistenceOf(config), attempt, async (connected) => {
    const session = await open(ports, context);
    connected();
    const { concurrentTimeout } = sessionSettings(config);
    let ledgerThere = false;
    const needed = async (on: Session, version: string) =>
      (await pendingOf(on, context, ledgerThere)).pending.some((migration) => migration.version === version);
    const guard = new TenantGuard({ run: ports.run, tenant, concurrentTimeout, needed });
    try {
      if (config.connection.superuser === undefined) await assertNoOthersCode(session, context.release.migrations);
      await refuseDrift(ports, session, context);
      const { pending, entries } = await pendingOf(session, context);
      await assertNoSuperuser(session, tenant, config, pending);
      ledgerThere = entries > 0;
      if (pending.length === context.cluster.pending.length) {
        await refuseNewRows(ports, context);
        await noteStatistics(ports, session, context);
      }
      for (const migration of pending) await apply(ports, session, context, migration, guard);
      return { after: await verify(session, context), analyzed: await analyzeRelease(ports, session, context) };
    } finally {
      await guard.release(session);
      await session.close();
    }
  });
}

function open(ports: Ports, { tenant, config }: TenantContext): Promise<Session> {
  const { lockTimeout, statementTimeout } = sessionSettings(config);
  return ports.database.connect(tenant, { purpose: "write", statementTimeout, lockTimeout });
}

/** The schema must be the approved one, or one that this release itself left on its way (an interrupted run). */
async function refuseDrift(ports: Ports, session: Session, context: TenantContext): Promise<void> {
  const { tenant, cluster, before, onTheWay, known } = context;
  if ((await unchangedFingerprint(ports.memory, session, tenant, known)) === before) return;
  const fingerprint = await approvedFingerprint(session, context);
  if (fingerprint === before || onTheWay.includes(fingerprint)) return;
  // A migration that cannot run in one transaction records its parts, so its half-way state is recognised as ours.
  if (await partsBegun(session, cluster.pending, tenant.schema)) return;
  throw new NotMigrated("its schema has changed since the approval; run the gates again");
}

/**
 * Asked again before the first statement: since the approval the application may have written rows that the release fails on. What no query
 * can tell, and a run on this tenant's clone did, is not asked again.
 */
async function refuseNewRows(ports: Ports, { tenant, cluster, probes, config }: TenantContext): Promise<void> {
  const queries = await probes?.queries(tenant, cluster);
  if (!queries || queries.length === 0) return;
  const primary = { ...ports, database: primaryOf(ports.database) };
  const { findings } = await probeTenant(primary, tenant, queries, probeLimits(config));
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors.length === 0 ? [] : withoutDecided(errors, await rehearsalsOf(ports));
  if (first) throw new NotMigrated(first.message.replace(/\.$/, ""));
}

async function pendingOf(
  session: Session,
  { release, tenant, cluster }: TenantContext,
  ledgerThere = false,
): Promise<{ readonly pending: readonly Migration[]; readonly entries: number }> {
  const format = ledgerFor(release.convention, tenant.schema);
  const ledger = await readLedger(session, format, tenant.schema, ledgerThere);
  const { pending, findings } = pendingMigrations(release, ledger, format);
  const [blocking] = findings.filter((finding) => finding.severity === "error");
  if (blocking) throw new NotMigrated(blocking.message);
  // Only what was gated: the folder cannot add anything pending, since the release is the one stored with the run.
  const gated = pending.filter((migration) => cluster.pending.includes(migration.version));
  return { pending: gated, entries: ledger.length };
}

async function apply(
  ports: Ports,
  session: Session,
  context: TenantContext,
  migration: Migration,
  guard: Guard,
): Promise<void> {
  const { tenant, config, release, rollbacks } = context;
  const { output } = await applyMigration(session, {
    migration,
    ledger: ledgerFor(release.convention, tenant.schema),
    isolation: migration.up.isolation,
    settings: sessionSettings(config),
    schema: tenant.schema,
    keep: rollbacks.get(migration.version)?.keep ?? [],
    aside: rollbacks.get(migration.version)?.aside ?? [],
    keepLimit: bytes(config.rollback.keepLimit),
    clock: ports.clock,
    ...(ports.migrator ? { migrator: ports.migrator } : {}),
    guard,
    watch: lockWatch(ports, tenant),
    pace: paceOf(ports, context),
    ...(config.rollout.backfill.vacuum === undefined ? {} : { vacuumEvery: config.rollout.backfill.vacuum }),
    ...(mayDiffer(migration) ? { observe: { committing: () => verifyOnTheWay(session, context) } } : {}),
  });
  if (output !== null) await keepOutput(ports, tenant, output);
}

/**
 * Whether the migration may do something else here than on the clone, in one transaction. Then it is verified before the commit: nobody
 * kept what else it dropped.
 */
function mayDiffer({ up }: Migration): boolean {
  return segmentsOf(up).length === 1 && up.statements.some(hasUnknownEffect);
}

async function verifyOnTheWay(session: Session, context: TenantContext): Promise<void> {
  if (!context.onTheWay.includes(await approvedFingerprint(session, context)))
    throw new NotMigrated("the release would have led to another schema than on the clone, and was not committed");
}

function keepOutput(ports: Ports, tenant: Tenant, output: string): Promise<void> {
  return ports.artifacts.putText(artifact.migratorOutput(tenant.id), output);
}

/** The ledger says only that the migration ran; the catalog says what it left. */
async function verify(session: Session, context: TenantContext): Promise<string> {
  const fingerprint = await approvedFingerprint(session, context);
  if (fingerprint === context.after) return fingerprint;
  throw new NotMigrated("the release ran, but the schema is not the one that the dry run ended in");
}

const STATES = {
  old: "Nothing of the release is in it.",
  partial: "Part of the release is in it, as its ledger and its progress say; it continues from there.",
  other: "Its schema is neither the one before nor the one after the release.",
} as const;

function failed(
  tenant: Tenant,
  record: TenantProgress,
  kind: keyof typeof STATES | null,
  cause: string | null,
): Finding {
  const state = kind === null ? "Whether the release is in it could not be established." : STATES[kind];
  return {
    code: record.status === "failed" ? "rollout.failed" : "rollout.unknown",
    gate: "rollout",
    severity: "error",
    ...(record.status === "unknown" ? { unknown: true } : {}),
    subject: { kind: "tenant", name: tenant.id },
    message: `Tenant ${tenant.id} was not migrated: ${record.message}. ${state}`,
    remedy: {
      text: `${cause ?? "Remove the cause."} Then continue; finished tenants are not repeated. To go on without this one: --exclude ${tenant.id}`,
      command: "schema-gate resume",
    },
    tenants: [tenant.id],
  };
}
