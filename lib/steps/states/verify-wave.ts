import { z } from "zod";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { breaker } from "../../core/rollout/breaker.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { verifyQueries } from "../queries/verify-queries.js";
import { waveHealth } from "../rollout/wave-health.js";
import { cutIntoBatches } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import {
  artifact,
  type HostPlan,
  need,
  passOf,
  type RegistryChanges,
  type RunRequest,
  type TenantProgress,
  type WavePlan,
  type WaveResult,
} from "../run/records.js";
import type { Step } from "../run/step.js";
import { targetsOf } from "../run/target.js";

const input = z.object({ run: z.string(), wave: z.int().min(0) });

interface Output {
  readonly action: "continue" | "halt" | "rollback";
  readonly failed: number;
  readonly hosts: readonly HostPlan[];
}

/** Counts what became of each tenant of the wave and decides: go on, stop, or take back. A tenant without a word is unknown. */
export const verifyWave: Step<z.infer<typeof input>, Output> = {
  name: "verify-wave",
  input,
  settled: (output) => output.action === "continue" && output.failed === 0,
  async run(ports, { wave: index }) {
    const { config } = await need<RunRequest>(ports, artifact.request);
    const plan = (await need<readonly WavePlan[]>(ports, artifact.waves)).find((wave) => wave.index === index);
    if (!plan) throw new Error(`the run ${ports.run} has no wave ${index}`);
    const due = (await need<{ tenants: readonly string[] }>(ports, artifact.waveDue(index))).tenants;
    const said = await Promise.all(due.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
    const count = (test: (progress: TenantProgress | null) => boolean) => said.filter(test).length;
    const migrated = count((progress) => progress?.status === "migrated");
    const health = await waveHealth(ports, config, said);
    const queries = await verifyQueries(ports, config, said);
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
    const action = !verdict.open ? "continue" : config.rollout.onFailure === "halt" ? "halt" : "rollback";
    const failed = await without(ports, plan);
    await conclude(ports, plan, { index, action, reason: verdict.reason, migrated, failed });
    if (queries) await saveFindings(ports, `queries-wave-${index}`, queries.findings);
    await saveFindings(ports, `breaker-${index}`, verdict.open ? [opened(ports, plan, verdict.reason, action)] : []);
    const hosts = action === "rollback" ? await planRollback(ports, config.rollout.onFailure, plan) : [];
    ports.events.emit({
      type: "result",
      phase: "Roll out",
      text: `${plan.name}: ${migrated} of ${due.length} migrated and verified${analyzedText(said)}`,
    });
    return { action, failed, hosts };
  },
};

function analyzedText(said: readonly (TenantProgress | null)[]): string {
  const analyzed = said.flatMap((progress) => progress?.analyzed ?? []);
  if (analyzed.length === 0) return "";
  const ms = analyzed.reduce((sum, each) => sum + each.ms, 0);
  return `; ANALYZE ${plural(analyzed.length, "time")}, ${ms} ms`;
}

/** Tenants of the wave that are still in the registry and lack the release, also those that this pass leaves out. */
async function without(ports: Ports, { tenants }: WavePlan): Promise<number> {
  const { gone = [] } = (await ports.artifacts.get<RegistryChanges>(artifact.registry)) ?? {};
  const said = await Promise.all(tenants.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
  return tenants.filter((id, at) => said[at]?.status !== "migrated" && !gone.includes(id)).length;
}

/** Back to the schema before, by failure or because an earlier attempt was taken back. */
function isWithout(progress: TenantProgress | null): boolean {
  return progress?.status === "failed" || progress?.status === "rolled back";
}

/** One event for each tenant that met a fault, also those that overcame it. */
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

function opened(ports: Ports, plan: WavePlan, reason: string, action: "continue" | "halt" | "rollback"): Finding {
  const next =
    action === "halt"
      ? "The rollout stopped; migrated tenants keep the release."
      : "The migrated tenants are taken back.";
  return {
    code: "rollout.breaker",
    gate: "rollout",
    severity: "error",
    subject: { kind: "wave", name: plan.name },
    message: `The breaker opened in ${plan.name}: ${reason}. ${next}`,
    remedy: { text: "Remove the cause and go on.", command: `schema-gate resume ${ports.run}` },
  };
}

/** The tenants to take back: those of this wave, or of every wave so far. */
async function planRollback(ports: Ports, policy: string, plan: WavePlan): Promise<readonly HostPlan[]> {
  const { config } = await need<RunRequest>(ports, artifact.request);
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
  ports.events.emit({ type: "size", of: "wave", count: tenants.length });
  await ports.audit.append({
    actor: "schema-gate",
    action: "rollback.started",
    subject: { kind: "wave", name: plan.name },
    digest: null,
    details: { policy, tenants: tenants.map((tenant) => tenant.id) },
  });
  return cutIntoBatches(ports, `rollback-${plan.index}`, tenants, config.connectionsPerHost, await targetsOf(ports));
}
