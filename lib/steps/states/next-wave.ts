import { z } from "zod";
import type { Config } from "../../core/config/config.js";
import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { voidApproval } from "../approval/record-decision.js";
import { claimFleet } from "../rollout/claim-fleet.js";
import { dueOf, endEmptyWave } from "../rollout/due-tenants.js";
import { type HeldPlan, holdPlan, underPlan } from "../rollout/held-plan.js";
import { type Held, stillHeld, tooOld, held as wholeHeld } from "../rollout/held-to-trail.js";
import { type Hold, holdOf, noteHold } from "../rollout/hold.js";
import { plannedBatches } from "../rollout/planned-batches.js";
import { noteRegistry, registryNow } from "../rollout/registry-changes.js";
import { noteBegun, resultsSoFar } from "../rollout/rollout-so-far.js";
import { rowsSince } from "../rollout/rows-since.js";
import { approvedIn, approvedOf } from "../run/approved.js";
import { type CutBatches, cutIntoBatches, keepWays } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import {
  artifact,
  type ClusterRecord,
  type HostPlan,
  need,
  passOf,
  type WavePlan,
  type WaveResult,
} from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly status: "ready" | "complete" | "void" | "busy" | "held" | "closed";
  readonly index: number;
  readonly hosts: readonly HostPlan[];
  /** Seconds until asking again makes sense. */
  readonly wait: number;
  /** Digest of what the wave executes; empty for none. */
  readonly held: string;
}

/** How often a rollout that a person holds is asked about again. Seconds. */
const ASK_AGAIN = 300;
/** How often a window's clock is checked again. Seconds. */
const LONGEST_WAIT = 3600;

/** The next unfinished wave, if what was approved is still what would run. */
export const nextWave: Step<z.infer<typeof input>, Output> = {
  name: "next-wave",
  input,
  // Asked again after each wave with the same input: the answer is in the waves' results.
  settled: () => false,
  async run(ports) {
    const { config } = await needRequest(ports);
    const waves = await need<readonly WavePlan[]>(ports, artifact.waves);
    const pass = await passOf(ports);
    const results = await resultsSoFar(ports, waves, pass);
    const open = waves.filter((_, place) => !isFinished(results[place] ?? null, pass));
    // Cheap, and asked repeatedly while the rollout is held; the rest is asked when it may continue.
    const first = await firstDue(ports, open);
    const hold = first === null ? null : await holdOf(ports, config, first.group);
    if (hold !== null) return held(ports, hold);
    const begins = !results.some((result) => result?.pass === pass);
    const now = await approvedStill(ports, config, begins ? open : null);
    if (typeof now === "string") return refuse(ports, now);
    const ended = [...results];
    for (const wave of open) {
      const due = await dueOf(ports, wave);
      if (due.length === 0) {
        ended[waves.indexOf(wave)] = await endEmptyWave(ports, wave, pass);
        continue;
      }
      const wait = await holdOf(ports, config, wave.group);
      if (wait !== null) return held(ports, wait);
      await noteHold(ports, null);
      await saveFindings(ports, "rollout-window", []);
      await noteBegun(ports, ended, pass, wave.index);
      return begin(ports, { config, waves, wave, due, pass, held: now.files });
    }
    return answer("complete", waves.length);
  },
};

/** Why the approval no longer holds, or what it was found to hold for. `begins`: the waves of a pass that begins with this question. */
async function approvedStill(ports: Ports, config: Config, begins: readonly WavePlan[] | null): Promise<Held | string> {
  const { joined, gone, moved } = await registryNow(ports);
  await noteRegistry(ports, { joined, gone });
  if (moved.length > 0) return `the registry now leads ${moved.join("; ")}`;
  const now = (begins === null ? await stillHeld(ports) : null) ?? (await wholeHeld(ports));
  if (now.changed.length > 0) return `changed since the approval: ${now.changed.join(", ")}`;
  if (begins === null) return now;
  return (await tooOld(ports)) ?? (await rowsSince(ports, config, await dueOfAll(ports, begins))) ?? now;
}

async function firstDue(ports: Ports, open: readonly WavePlan[]): Promise<WavePlan | null> {
  for (const wave of open) if ((await dueOf(ports, wave)).length > 0) return wave;
  return null;
}

async function dueOfAll(ports: Ports, open: readonly WavePlan[]): Promise<readonly string[]> {
  return (await Promise.all(open.map((wave) => dueOf(ports, wave)))).flat();
}

function answer(status: Output["status"], index = -1): Output {
  return { status, index, hosts: [], wait: 0, held: "" };
}

/** Tenants that the breaker let through without the release are tried again when the run is resumed. */
function isFinished(result: WaveResult | null, pass: number): boolean {
  return result?.action === "continue" && (result.failed === 0 || result.pass === pass);
}

interface Beginning {
  readonly config: Config;
  readonly waves: readonly WavePlan[];
  readonly wave: WavePlan;
  readonly due: readonly string[];
  readonly pass: number;
  /** Digests of what is executed, by key, the wave's own batches left out. */
  readonly held: HeldPlan;
}

async function begin(ports: Ports, beginning: Beginning): Promise<Output> {
  const { waves, wave, due, pass } = beginning;
  const reached = new Set(waves.flatMap(({ tenants }) => tenants));
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const mine = fleet.filter((tenant) => reached.has(tenant.id));
  if (!(await claimFleet(ports, mine))) return answer("busy");
  const { hosts, batches, files } = await batchesOf(ports, beginning);
  await keepWays(ports, batches);
  const plan = await holdPlan(ports, { ...beginning.held, ...files });
  ports.events.emit({ type: "size", of: "wave", count: due.length });
  await ports.audit.append({
    actor: "schema-gate",
    action: "wave.started",
    subject: { kind: "wave", name: wave.name },
    digest: plan,
    details: { index: wave.index, tenants: due.length },
  });
  await ports.artifacts.create(artifact.waveStart(wave.index), {
    startedAt: new Date(ports.clock.now()).toISOString(),
  });
  await ports.artifacts.put(artifact.waveDue(wave.index), { pass, tenants: due });
  return { ...answer("ready", wave.index), hosts, held: plan };
}

/**
 * As planned, or cut again where not every tenant of the wave is due. Each tenant's part of what was approved is what the clusters say
 * now that they are held to the approval, whoever wrote the plan.
 */
async function batchesOf(ports: Ports, { config, wave: { index }, due, pass, held }: Beginning): Promise<CutBatches> {
  const own = underPlan(ports, held);
  const wave = (await need<readonly WavePlan[]>(own, artifact.waves)).find((each) => each.index === index);
  if (!wave) throw new Error(`the run ${ports.run} has no wave ${index}`);
  const approved = approvedOf(await need<readonly ClusterRecord[]>(own, artifact.clusters), [wave]);
  const { batches, files } = await plannedBatches(ports, wave);
  if (due.length === wave.tenants.length && digest(approvedIn(batches)) === digest(approved))
    return { hosts: wave.hosts, batches, files };
  const wanted = new Set(due);
  const tenants = batches.flatMap((batch) => batch.tenants).filter(({ id }) => wanted.has(id));
  const targets = Object.assign({}, ...batches.map((batch) => batch.targets));
  const sizes = Object.assign({}, ...batches.map((batch) => batch.sizes));
  const scope = `wave-${index}-pass-${pass}`;
  return cutIntoBatches(ports, scope, tenants, config.connectionsPerHost, { targets, sizes, ...approved });
}

async function held(ports: Ports, hold: Hold): Promise<Output> {
  await noteHold(ports, hold);
  if (hold.kind === "over") {
    await saveFindings(ports, "rollout-window", [closed(ports.run, hold)]);
    return answer("closed");
  }
  const left = hold.until === null ? ASK_AGAIN : Math.ceil((hold.until - ports.clock.now()) / 1000);
  return { ...answer("held"), wait: Math.max(1, Math.min(LONGEST_WAIT, left)) };
}

function closed(run: string, { text }: Hold) {
  return {
    code: "rollout.window-over",
    gate: "rollout",
    severity: "error",
    subject: { kind: "run", name: run },
    message: `The rollout did not continue: ${text}.`,
    remedy: {
      text: "Give the group another window under rollout.groups in the config, then start a new run; tenants that have the release are left alone.",
      command: "schema-gate run",
    },
  } as const;
}

async function refuse(ports: Ports, reason: string): Promise<Output> {
  await voidApproval(ports.approvals, ports.run, reason, ports.clock.now());
  await ports.audit.append({
    actor: "schema-gate",
    action: "approval.void",
    subject: { kind: "run", name: ports.run },
    digest: null,
    details: { reason },
  });
  await saveFindings(ports, "approval-void", [
    {
      code: "approve.void",
      gate: "approve",
      severity: "error",
      subject: { kind: "run", name: ports.run },
      message: `The approval no longer holds: ${reason}.`,
      remedy: { text: "Start a new run, so that people see what would run now.", command: "schema-gate run" },
    },
  ]);
  return answer("void");
}
