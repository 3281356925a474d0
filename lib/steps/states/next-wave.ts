import { z } from "zod";
import type { Config } from "../../core/config/config.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { voidApproval } from "../approval/record-decision.js";
import { claimFleet } from "../rollout/claim-fleet.js";
import { dueOf, endEmptyWave } from "../rollout/due-tenants.js";
import { notHeld, tooOld } from "../rollout/held-to-trail.js";
import { type Hold, holdOf, noteHold } from "../rollout/hold.js";
import { noteRegistry, registryNow } from "../rollout/registry-changes.js";
import { rowsSince } from "../rollout/rows-since.js";
import { sizesOf } from "../rollout/sizes-of.js";
import { cutIntoBatches } from "../run/batches.js";
import { saveFindings } from "../run/findings.js";
import { artifact, type HostPlan, need, passOf, type WavePlan, type WaveResult } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";
import { targetsOf } from "../run/target.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly status: "ready" | "complete" | "void" | "busy" | "held" | "closed";
  readonly index: number;
  readonly hosts: readonly HostPlan[];
  /** Seconds until it is worth to ask again. */
  readonly wait: number;
}

/** A rollout that a person holds is asked about again so often. Seconds. */
const ASK_AGAIN = 300;
/** The clock of a window is looked at again so often. Seconds. */
const LONGEST_WAIT = 3600;

/** The next wave that is not finished, if what was approved is still what would run. */
export const nextWave: Step<z.infer<typeof input>, Output> = {
  name: "next-wave",
  input,
  // Asked again after each wave with the same input: the answer is in the waves' results.
  settled: () => false,
  async run(ports) {
    const { config } = await needRequest(ports);
    const waves = await need<readonly WavePlan[]>(ports, artifact.waves);
    const pass = await passOf(ports);
    const results = await Promise.all(waves.map(({ index }) => ports.artifacts.get<WaveResult>(artifact.wave(index))));
    const open = waves.filter((_, place) => !isFinished(results[place] ?? null, pass));
    // Cheap, and asked over and over while the rollout is held; the rest is asked when it may go on.
    const first = await firstDue(ports, open);
    const hold = first === null ? null : await holdOf(ports, config, first.group);
    if (hold !== null) return held(ports, hold);
    const { joined, gone, moved } = await registryNow(ports);
    await noteRegistry(ports, { joined, gone });
    if (moved.length > 0) return refuse(ports, `the registry now leads ${moved.join("; ")}`);
    const changed = await notHeld(ports);
    if (changed.length > 0) return refuse(ports, `changed since the approval: ${changed.join(", ")}`);
    const begins = !results.some((result) => result?.pass === pass);
    const old = begins ? await tooOld(ports) : null;
    if (old !== null) return refuse(ports, old);
    const rows = begins ? await rowsSince(ports, config, await dueOfAll(ports, open)) : null;
    if (rows !== null) return refuse(ports, rows);
    for (const wave of open) {
      const due = await dueOf(ports, wave);
      if (due.length === 0) {
        await endEmptyWave(ports, wave, pass);
        continue;
      }
      const wait = await holdOf(ports, config, wave.group);
      if (wait !== null) return held(ports, wait);
      await noteHold(ports, null);
      await saveFindings(ports, "rollout-window", []);
      return begin(ports, config, waves, wave, due, pass);
    }
    return answer("complete", waves.length);
  },
};

async function firstDue(ports: Ports, open: readonly WavePlan[]): Promise<WavePlan | null> {
  for (const wave of open) if ((await dueOf(ports, wave)).length > 0) return wave;
  return null;
}

async function dueOfAll(ports: Ports, open: readonly WavePlan[]): Promise<readonly string[]> {
  return (await Promise.all(open.map((wave) => dueOf(ports, wave)))).flat();
}

function answer(status: Output["status"], index = -1): Output {
  return { status, index, hosts: [], wait: 0 };
}

/** Tenants that the breaker let go without the release are tried again when the run is resumed. */
function isFinished(result: WaveResult | null, pass: number): boolean {
  return result?.action === "continue" && (result.failed === 0 || result.pass === pass);
}

async function begin(
  ports: Ports,
  config: Config,
  waves: readonly WavePlan[],
  wave: WavePlan,
  due: readonly string[],
  pass: number,
): Promise<Output> {
  const reached = new Set(waves.flatMap(({ tenants }) => tenants));
  const fleet = await need<readonly Tenant[]>(ports, artifact.fleet);
  const mine = fleet.filter((tenant) => reached.has(tenant.id));
  if (!(await claimFleet(ports, mine))) return answer("busy");
  ports.events.emit({ type: "size", of: "wave", count: due.length });
  await ports.audit.append({
    actor: "schema-gate",
    action: "wave.started",
    subject: { kind: "wave", name: wave.name },
    digest: null,
    details: { index: wave.index, tenants: due.length },
  });
  await ports.artifacts.create(artifact.waveStart(wave.index), {
    startedAt: new Date(ports.clock.now()).toISOString(),
  });
  await ports.artifacts.put(artifact.waveDue(wave.index), { pass, tenants: due });
  return { ...answer("ready", wave.index), hosts: await hostsOf(ports, config, wave, due, pass) };
}

/** As planned, or cut again where not every tenant of the wave is due. */
async function hostsOf(
  ports: Ports,
  config: Config,
  wave: WavePlan,
  due: readonly string[],
  pass: number,
): Promise<readonly HostPlan[]> {
  if (due.length === wave.tenants.length) return wave.hosts;
  const byId = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const tenants = due.flatMap((id) => byId.get(id) ?? []);
  const scope = `wave-${wave.index}-pass-${pass}`;
  const [targets, sizes] = [await targetsOf(ports), await sizesOf(ports)];
  return cutIntoBatches(ports, scope, tenants, config.connectionsPerHost, targets, sizes);
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
    message: `The rollout did not go on: ${text}.`,
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
