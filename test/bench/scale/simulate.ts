import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { planWaves as planOfWaves } from "../../../lib/core/rollout/waves.js";
import { tooManyWaves } from "../../../lib/steps/rollout/too-many-waves.js";
import { artifact, type HostPlan, type WavePlan } from "../../../lib/steps/run/records.js";
import { planWaves } from "../../../lib/steps/states/plan-waves.js";
import { eventsOf, type HistoryState } from "../../support/history-events.js";
import { Functions } from "./functions.js";
import { MemoryBucket } from "./memory-bucket.js";
import { batchesOf, configOf, type Fleet, fleetOf, portsOver, RUN } from "./run-in-memory.js";

export interface Simulated {
  readonly batches: number;
  readonly waves: number;
  /** Bytes of the largest state of the outermost execution, a rollback of everything included. */
  readonly stateBytes: number;
  /** Events in the history of the outermost execution, and of the child execution with the most. */
  readonly events: number;
  readonly childEvents: number;
  readonly migrateBatches: number;
  readonly childStarts: number;
  readonly transitions: number;
  /** Requests of S3: GET and HEAD; PUT and LIST. */
  readonly reads: number;
  readonly writes: number;
  /** What those reads gave, in MB. */
  readonly megabytesRead: number;
  /** Requests of the first of the largest waves for each of its batches, and of the last of them: alike, wherever in the rollout a wave is. */
  readonly earlyWave: number;
  readonly lateWave: number;
  /** What is asked most: a prefix to S3. */
  readonly busiest: string;
  readonly findings: readonly string[];
}

/** What Load says of the fleet's waves, and the events that the whole run would have: nothing is played. */
export function planned(fleet: Fleet): Pick<Simulated, "findings" | "events"> {
  const tenants = fleetOf(fleet);
  const { rollout } = configOf(fleet);
  const waves = planOfWaves(
    tenants.map((tenant) => ({ ...tenant, risk: 0 })),
    { ...rollout, groups: [] },
  ).length;
  const findings = tooManyWaves(RUN, tenants, rollout).map((finding) => finding.code);
  return { findings, events: outermostEvents(machineFile(), waves) };
}

function machineFile(): Machine {
  return JSON.parse(readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8")) as Machine;
}

/**
 * A run that passes, played by the code of its functions over a bucket in memory; databases are left out. Of batches that are alike one is
 * played, and of waves that are alike a few: each counts as often as there are of it.
 */
export async function simulate(fleet: Fleet): Promise<Simulated> {
  const bucket = new MemoryBucket();
  const tenants = fleetOf(fleet);
  const config = configOf(fleet);
  const ports = portsOver(bucket, config);
  const functions = new Functions(bucket, ports, config);
  const plans = await functions.load(tenants);
  await functions.introspect(plans);
  await functions.prove(tenants);
  await functions.probe(plans);
  await functions.score(tenants);
  const { waves: number } = await functions.call(planWaves, {});
  const waves = (await ports.artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? [];
  const played = await playWaves(functions, bucket, waves);
  const batches = batchesOf(plans);
  const migrateBatches = waves.reduce((sum, wave) => sum + batchesOf(wave.hosts), 0);
  const childStarts = 2 * fleet.hosts + waves.reduce((sum, wave) => sum + wave.hosts.length, 0);
  const machine = machineFile();
  const [busiest] = [...bucket.byFolder].sort(([, a], [, b]) => b - a);
  return {
    batches,
    waves: number,
    stateBytes: largestState(fleet, plans, waves),
    events: outermostEvents(machine, number),
    childEvents: childEvents(machine, Math.max(...plans.map((plan) => plan.batches.length))),
    migrateBatches,
    childStarts,
    // A batch of a phase that reads has one state, one that migrates three; a child two and its start; a wave six; and the rest.
    transitions: 2 * batches + 3 * migrateBatches + 3 * childStarts + 6 * number + 40,
    reads: bucket.reads,
    writes: bucket.writes,
    megabytesRead: Math.round(bucket.bytesRead / 1e6),
    ...played,
    busiest: busiest?.join(" ") ?? "",
    findings: tooManyWaves(RUN, tenants, config.rollout).map((finding) => finding.code),
  };
}

async function playWaves(functions: Functions, bucket: MemoryBucket, waves: readonly WavePlan[]) {
  const played = sampleOf(waves.length);
  const most = Math.max(...waves.map(({ tenants }) => tenants.length));
  const costs: number[] = [];
  for (const [place, index] of played.entries()) {
    const next = played[place + 1] ?? waves.length;
    const before = bucket.reads + bucket.writes;
    await bucket.times(next - index, () => functions.wave(waves, index));
    const cost = (bucket.reads + bucket.writes - before) / (next - index);
    const { tenants = [], hosts = [] } = waves[index] ?? {};
    if (tenants.length === most) costs.push(cost / batchesOf(hosts));
    if (next - index > 1) await functions.skip(index, next);
  }
  return { earlyWave: costs[0] ?? 0, lateWave: costs.at(-1) ?? 0 };
}

/** Every wave that grows, and some of those that are alike. */
function sampleOf(waves: number): readonly number[] {
  const some = new Set([0, waves - 2, waves - 1]);
  for (let index = 1; index < waves; index += index < 7 ? 1 : Math.max(1, Math.floor(waves / 4))) some.add(index);
  return [...some].filter((index) => index >= 0).sort((a, b) => a - b);
}

/** After a failed last wave, whose policy takes back every tenant. */
function largestState({ tenants }: Fleet, plans: readonly HostPlan[], waves: readonly WavePlan[]): number {
  const held = "0".repeat(64);
  return JSON.stringify({
    run: RUN,
    release: `inputs/${"x".repeat(60)}`,
    fleet: { tenants, hosts: plans, mode: "run" },
    wave: { status: "ready", index: waves.length - 1, hosts: waves.at(-1)?.hosts, wait: 0, held },
    results: plans.map(({ id }) => ({ ok: true, scope: id })),
    breaker: { action: "rollback", failed: 1, hosts: plans, held },
  }).length;
}

interface Machine {
  readonly States: Readonly<Record<string, NestedState>>;
}

interface NestedState extends HistoryState {
  readonly ItemProcessor?: HistoryState["ItemProcessor"] & { readonly States: Readonly<Record<string, NestedState>> };
}

const PER_WAVE = ["NextWave", "WaveChoice", "MigrateHosts", "MigrateTally", "VerifyWave", "Breaker"];
const NONE = { count: 0, events: 0 };
/** Of the execution itself. */
const BEGIN_AND_END = 2;

/** Every state once, and those of a wave once per wave: more than any one way through the machine. */
function outermostEvents({ States: states }: Machine, waves: number): number {
  return Object.entries(states).reduce(
    (sum, [name, state]) => sum + eventsOf(state, NONE) * (PER_WAVE.includes(name) ? waves : 1),
    BEGIN_AND_END,
  );
}

/** The child execution of the host with the most batches, in the phase whose children have the most states. */
function childEvents({ States: states }: Machine, batches: number): number {
  const ofHosts = Object.values(states).flatMap((state) => (state.ItemProcessor ? [state.ItemProcessor.States] : []));
  return Math.max(
    ...ofHosts.map((inside) =>
      Object.values(inside).reduce((sum, state) => sum + nestedEvents(state, batches), BEGIN_AND_END),
    ),
  );
}

function nestedEvents(state: NestedState, batches: number): number {
  const children = Object.values(state.ItemProcessor?.States ?? {});
  return eventsOf(state, { count: batches, events: children.reduce((sum, child) => sum + eventsOf(child, NONE), 0) });
}
