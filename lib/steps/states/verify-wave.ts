import { z } from "zod";
import type { Config } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { breaker } from "../../core/rollout/breaker.js";
import { sizeText } from "../../core/size.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { verifyQueries } from "../queries/verify-queries.js";
import { noteGoverned } from "../rollout/governed-to-trail.js";
import { holdPlan, underPlan } from "../rollout/held-plan.js";
import { planOfPass } from "../rollout/held-to-trail.js";
import { noteSaid } from "../rollout/hold.js";
import { targetsOfWaves } from "../rollout/planned-batches.js";
import { waveHealth } from "../rollout/wave-health.js";
import { type SinceInTenant, weighRollback } from "../rollout/weigh-rollback.js";
import { approvedOf } from "../run/approved.js";
import { type CutBatches, cutIntoBatches, keepWays } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import {
  artifact,
  type ClusterRecord,
  type HostPlan,
  need,
  passOf,
  type RegistryChanges,
  type TenantProgress,
  type WavePlan,
  type WaveResult,
} from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string(), wave: z.int().min(0) });

interface Output {
  readonly action: "continue" | "halt" | "rollback";
  readonly failed: number;
  readonly hosts: readonly HostPlan[];
  /** Digest of what the tenants are taken back by; empty for nothing. */
  readonly held: string;
}

/** Counts what happened to each tenant of the wave and decides: continue, stop, or take back. A tenant without a result is unknown. */
export const verifyWave: Step<z.infer<typeof input>, Output> = {
  name: "verify-wave",
  input,
  settled: (output) => output.action === "continue" && output.failed === 0,
  async run(all, { wave: index }) {
    const files = await planOfPass(all);
    if (files === null) throw new Error(`the trail of the run ${all.run} has no plan of its wave ${index}`);
    const ports = underPlan(all, files);
    const { config } = await needRequest(ports);
    const plan = (await need<readonly WavePlan[]>(ports, artifact.waves)).find((wave) => wave.index === index);
    if (!plan) throw new Error(`the run ${ports.run} has no wave ${index}`);
    const due = (await need<{ tenants: readonly string[] }>(ports, artifact.waveDue(index))).tenants;
    const said = await Promise.all(due.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
    const count = (test: (progress: TenantProgress | null) => boolean) => said.filter(test).length;
    const migrated = count((progress) => progress?.status === "migrated");
    const health = await waveHealth(ports, config, said, plan);
    const queries = await verifyQueries(ports, config, said, plan);
    const verdict = breaker({
      policy: config.rollout,
      canary: index === 0,
      planned: due.length,
      failed: count((progress) => isWithout(progress) && progress?.lockTimeout !== true),
      unknown: count((progress) => progress === null || progress.status === "unknown"),
      lockTimeouts: count((progress) => isWithout(progress) && progress?.lockTimeout === true),
      longestLockWaitMs: Math.max(0, ...said.map((progress) => progress?.lockWaitMs ?? 0)),
      health,
      queries: queries?.health ?? null,
    });
    await auditFaults(ports, said);
    // No later wave would record what a person said during the last one.
    await noteSaid(ports);
    await noteGoverned(ports);
    const back = verdict.open ? await toTakeBack(ports, config.rollout.onFailure, plan) : null;
    const action = !verdict.open ? "continue" : back === null || back.tooLarge.length > 0 ? "halt" : "rollback";
    const failed = await without(ports, plan);
    await conclude(ports, plan, { index, action, reason: verdict.reason, migrated, failed });
    if (queries) await saveFindings(ports, `queries-wave-${index}`, queries.findings);
    await saveFindings(ports, `breaker-${index}`, verdict.open ? [opened(ports, plan, verdict.reason, back)] : []);
    const cut = action === "rollback" && back ? await planRollback(ports, config, plan, back) : null;
    const held = cut === null ? "" : await holdPlan(ports, { ...files, ...cut.files });
    ports.events.emit({
      type: "result",
      phase: "Roll out",
      text: `${plan.name}: ${migrated} of ${due.length} migrated and verified${analyzedText(said)}`,
    });
    return { action, failed, hosts: cut?.hosts ?? [], held };
  },
};

function analyzedText(said: readonly (TenantProgress | null)[]): string {
  const analyzed = said.flatMap((progress) => progress?.analyzed ?? []);
  if (analyzed.length === 0) return "";
  const ms = analyzed.reduce((sum, each) => sum + each.ms, 0);
  return `; ANALYZE ${plural(analyzed.length, "time")}, ${ms} ms`;
}

/** Tenants of the wave that are still in the registry and lack the release, including those that this pass leaves out. */
async function without(ports: Ports, { tenants }: WavePlan): Promise<number> {
  const { gone = [] } = (await ports.artifacts.get<RegistryChanges>(artifact.registry)) ?? {};
  const said = await Promise.all(tenants.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
  return tenants.filter((id, at) => said[at]?.status !== "migrated" && !gone.includes(id)).length;
}

/** Back at the schema before: by a failure, or because an earlier attempt was taken back. */
function isWithout(progress: TenantProgress | null): boolean {
  return progress?.status === "failed" || progress?.status === "rolled back";
}

/** One event for each tenant that met a fault, including those that overcame it. */
async function auditFaults(ports: Ports, said: readonly (TenantProgress | null)[]): Promise<void> {
  for (const progress of said) {
    if (!progress || (progress.status === "migrated" && progress.faults.length === 0)) continue;
    const { tenant, status, message, attempts, faults } = progress;
    await ports.audit.append({
      actor: "schema-gate",
      action: "fault.observed",
      subject: { kind: "tenant", name: tenant },
      digest: null,
      details: { status, message, attempts, faults: [...faults] },
    });
  }
}

async function conclude(
  ports: Ports,
  plan: WavePlan,
  result: Omit<WaveResult, "pass" | "startedAt" | "finishedAt">,
): Promise<void> {
  const { startedAt } = await need<{ startedAt: string }>(ports, artifact.waveStart(plan.index));
  const finishedAt = new Date(ports.clock.now()).toISOString();
  const pass = await passOf(ports);
  await ports.artifacts.put(artifact.wave(plan.index), { ...result, pass, startedAt, finishedAt } satisfies WaveResult);
  await ports.audit.append({
    actor: "schema-gate",
    action: result.action === "continue" ? "wave.finished" : "breaker.opened",
    subject: { kind: "wave", name: plan.name },
    digest: null,
    details: { migrated: result.migrated, failed: result.failed, action: result.action, reason: result.reason },
  });
}

function opened(ports: Ports, plan: WavePlan, reason: string, back: TakingBack | null): Finding {
  const [tooLarge] = back?.tooLarge ?? [];
  const said = {
    code: "rollout.breaker",
    gate: "rollout",
    severity: "error",
    subject: { kind: "wave", name: plan.name },
  } as const;
  const message = `The breaker opened in ${plan.name}: ${reason}.`;
  if (tooLarge)
    return {
      ...said,
      message: `${message} Nothing was taken back: ${tooLargeText(tooLarge)}; migrated tenants keep the release.`,
      remedy: {
        text: "Move the rows that were written since elsewhere, then take the tenants back; or remove the cause and resume.",
        command: `schema-gate rollback ${ports.run} --dry-run`,
      },
    };
  const next = back
    ? "The migrated tenants are taken back."
    : "The rollout stopped; migrated tenants keep the release.";
  return {
    ...said,
    message: `${message} ${next}`,
    remedy: { text: "Remove the cause and continue.", command: `schema-gate resume ${ports.run}` },
  };
}

function tooLargeText({ tenant, tooLarge }: SinceInTenant): string {
  if (!tooLarge) return "";
  return `to take ${tooLarge.version} out of tenant ${tenant}, ${sizeText(tooLarge.bytes)} would have to be put aside, above rollback.keepLimit of ${sizeText(tooLarge.limit)}`;
}

interface TakingBack {
  readonly waves: readonly WavePlan[];
  readonly tenants: readonly Tenant[];
  /** Those whose rows since the release exceed the limit: if there is one, no tenant is taken back. */
  readonly tooLarge: readonly SinceInTenant[];
}

/** The tenants that the policy takes back, weighed before the first: those of this wave, or of every wave so far. Null if it takes back none. */
async function toTakeBack(ports: Ports, policy: string, plan: WavePlan): Promise<TakingBack | null> {
  if (policy === "halt") return null;
  const waves = await need<readonly WavePlan[]>(ports, artifact.waves);
  const reached = policy === "rollback all" ? waves.filter((wave) => wave.index <= plan.index) : [plan];
  const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const changed = await Promise.all(
    reached
      .flatMap((wave) => wave.tenants)
      .map(async (id) => {
        const progress = await ports.artifacts.get<TenantProgress>(artifact.tenant(id));
        return progress?.status === "migrated" || progress?.status === "unknown" ? fleet.get(id) : undefined;
      }),
  );
  const tenants = changed.filter((tenant) => tenant !== undefined);
  const ids = tenants.map(({ id }) => id);
  const tooLarge = (await weighRollback(ports, ids)).filter((weight) => weight.tooLarge !== null);
  return { waves: reached, tenants, tooLarge };
}

async function planRollback(
  ports: Ports,
  config: Config,
  plan: WavePlan,
  { waves, tenants }: TakingBack,
): Promise<CutBatches> {
  ports.events.emit({ type: "size", of: "wave", count: tenants.length });
  await ports.audit.append({
    actor: "schema-gate",
    action: "rollback.started",
    subject: { kind: "wave", name: plan.name },
    digest: null,
    details: { policy: config.rollout.onFailure, tenants: tenants.map((tenant) => tenant.id) },
  });
  const targets = await targetsOfWaves(ports, waves);
  const approved = approvedOf(await need<readonly ClusterRecord[]>(ports, artifact.clusters), waves);
  const known = { targets, ...approved };
  const cut = await cutIntoBatches(ports, `rollback-${plan.index}`, tenants, config.connectionsPerHost, known);
  await keepWays(ports, cut.batches);
  return cut;
}
