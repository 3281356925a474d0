import { type Config, milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { planWaves, type WavePolicy } from "../../core/rollout/waves.js";
import type { Tenant } from "../../ports/registry.js";
import { planBatches } from "../run/batches.js";
import type { HostPlan, RunRequest } from "../run/records.js";

/** Step Functions limits the state of an execution to 256 KiB, and ends a larger one without triggering any Catch. */
const LARGEST_STATE = 256 * 1024;
/** For everything in the state besides plans: ids, counts, the clusters of a usual fleet. */
const REST = 24 * 1024;
/** An execution ends after 14 days, whatever it waits for (`TimeoutSeconds` of the state machine). */
const LONGEST_WAIT_DAYS = 14;

/** A copy is checked every 30 s, its snapshot and its instance, with 11 events each time, out of 25,000 in a history. */
const LONGEST_LOOK_HOURS = 8;

/** The fleet's plan is too large for the state of an execution. */
class PlanTooLarge extends Error {
  override readonly name = "PlanTooLarge";
}

/**
 * Throws `PlanTooLarge` before the plan becomes part of the state. The state is largest after a failed wave: then it has the plans of the
 * fleet, of the wave and of the way back, and an answer from each host.
 */
export function refuseLargePlan(
  hosts: readonly HostPlan[],
  tenants: readonly Tenant[],
  { rollout, connectionsPerHost }: Config,
): void {
  const waves = wavesOf(tenants, rollout).map((wave) =>
    planBatches("wave-999-pass-99", wave, connectionsPerHost).map(({ plan }) => plan),
  );
  const wave = waves.reduce((most, plan) => Math.max(most, bytesOf(plan)), 0);
  const back = { halt: 0, "rollback wave": wave, "rollback all": bytesOf(hosts) }[rollout.onFailure];
  const answers = answersOf(hosts);
  const state = bytesOf(hosts) + wave + back + answers + REST;
  if (state <= LARGEST_STATE) return;
  const hint =
    wave > bytesOf(hosts)
      ? "let waves be smaller in the config (rollout.maxWave)"
      : "give each part of the fleet a registry and runs of its own";
  throw new PlanTooLarge(
    `the plan of ${plural(hosts.length, "host")} would take ${kib(state)} of the state of an execution, which holds ${kib(LARGEST_STATE)}; ${hint}`,
  );
}

function wavesOf(
  tenants: readonly Tenant[],
  { canary, growth, maxWave, groups = [] }: WavePolicy,
): readonly (readonly Tenant[])[] {
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  const waves = planWaves(
    tenants.map((tenant) => ({ ...tenant, risk: 0 })),
    { canary, growth, maxWave, groups: [...groups] },
  );
  return waves.map((wave) => wave.tenants.flatMap((id) => byId.get(id) ?? []));
}

/** What the Map over hosts answers, at most. */
function answersOf(hosts: readonly HostPlan[]): number {
  return bytesOf(hosts.map(({ id }) => ({ ok: false, scope: id })));
}

/** A question that may stay open longer than an execution lasts, and a copy that would be checked longer than a history can hold. */
export function tooLongToWait({ run, config }: RunRequest): readonly Finding[] {
  const { expires } = config.approval;
  const { mode, ready } = config.staging;
  const found: Finding[] = [];
  if (milliseconds(expires) > LONGEST_WAIT_DAYS * 86_400_000)
    found.push({
      code: "load.approval-too-long",
      gate: "load",
      severity: "error",
      subject: { kind: "setting", name: "approval.expires" },
      message: `approval.expires is ${expires}; an execution on AWS ends after ${LONGEST_WAIT_DAYS} days, and the run ${run} with it.`,
      remedy: { text: `Set approval.expires to ${LONGEST_WAIT_DAYS}d or less.` },
    });
  if (mode === "snapshot" && milliseconds(ready) > LONGEST_LOOK_HOURS * 3_600_000)
    found.push({
      code: "load.copy-too-long",
      gate: "load",
      severity: "error",
      subject: { kind: "setting", name: "staging.ready" },
      message: `staging.ready is ${ready}; looking at a copy for more than ${LONGEST_LOOK_HOURS} hours would fill the history of its execution.`,
      remedy: { text: `Set staging.ready to ${LONGEST_LOOK_HOURS}h or less.` },
    });
  return found;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8");
}

function kib(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}
