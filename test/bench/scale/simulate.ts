import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { configSchema } from "../../../lib/core/config/config.js";
import type { Ports } from "../../../lib/ports/ports.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { bindingParts } from "../../../lib/steps/approval/binding.js";
import { tooManyWaves } from "../../../lib/steps/rollout/too-many-waves.js";
import { cutIntoBatches } from "../../../lib/steps/run/batches.js";
import {
  artifact,
  type Batch,
  type HostPlan,
  type RunRequest,
  type TenantReading,
  type WavePlan,
} from "../../../lib/steps/run/records.js";
import { nextWave } from "../../../lib/steps/states/next-wave.js";
import { planWaves } from "../../../lib/steps/states/plan-waves.js";
import { tally } from "../../../lib/steps/states/tally.js";
import { verifyWave } from "../../../lib/steps/states/verify-wave.js";
import { eventsOf, type HistoryState } from "../../support/history-events.js";
import { MemoryArtifacts } from "./memory-artifacts.js";
import { progressOf, readingOf } from "./tenant-records.js";

const RUN = "scale";

export interface Simulation {
  readonly tenants: number;
  readonly hosts: number;
  readonly connections: number;
  readonly maxWave: number;
}

export interface Simulated {
  readonly batches: number;
  readonly waves: number;
  /** Bytes of the largest state of the outermost execution, a rollback of everything included. */
  readonly stateBytes: number;
  /** Events in the history of the outermost execution, and of the child execution with the most. */
  readonly events: number;
  readonly childEvents: number;
  /** Requests of the artifact store that the tallies of one phase make. */
  readonly tallyReads: number;
  /** Requests that the last wave's NextWave and VerifyWave make. */
  readonly lastWaveReads: number;
  readonly findings: readonly string[];
}

/** Runs the real planning, tallies and waves over a fleet in memory; what databases would answer is made up. */
export async function simulate({ tenants: count, hosts, connections, maxWave }: Simulation): Promise<Simulated> {
  const artifacts = new MemoryArtifacts();
  const tenants = fleetOf(count, hosts);
  const config = configSchema.parse({
    migrations: "migrations",
    registry: { file: "tenants.csv" },
    staging: { mode: "same host" },
    connectionsPerHost: connections,
    rollout: { canary: 1, growth: 3, maxWave, onFailure: "rollback all" },
  });
  const ports = portsOver(artifacts, tenants);
  await artifacts.put(artifact.request, { run: RUN, engine: "aws", mode: "run", config } as unknown as RunRequest);
  await artifacts.put(artifact.release, { migrations: [] });
  await artifacts.put(artifact.fleet, tenants);
  const findings = tooManyWaves(RUN, tenants, config.rollout).map((finding) => finding.code);
  const plans = await cutIntoBatches(ports, "all", tenants, connections);
  await answer(ports, "Introspect", plans, (tenant) => readingOf(tenant.id));
  const before = artifacts.reads;
  const results = await tallied(ports, plans);
  const tallyReads = artifacts.reads - before;
  await artifacts.put(artifact.score, {
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.id, 0.1])),
    parts: await bindingParts(ports),
  });
  const { waves } = await planWaves.run(ports, { run: RUN });
  const last = await playWaves(ports, artifacts);
  const states = {
    run: RUN,
    release: `inputs/${"x".repeat(60)}`,
    fleet: { tenants: count, hosts: plans, mode: "run" },
    wave: last.wave,
    results,
    breaker: last.breaker,
  };
  const machine = JSON.parse(
    readFileSync(join(packageRoot(), "state-machines", "safety-gate.asl.json"), "utf8"),
  ) as Machine;
  return {
    batches: plans.reduce((sum, plan) => sum + plan.batches.length, 0),
    waves,
    stateBytes: JSON.stringify(states).length,
    events: outermostEvents(machine, waves),
    childEvents: childEvents(machine, Math.max(...plans.map((plan) => plan.batches.length))),
    tallyReads,
    lastWaveReads: last.reads,
    findings,
  };
}

function fleetOf(count: number, hosts: number): readonly Tenant[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `tenant-${String(index).padStart(6, "0")}`,
    group: null,
    host: `cluster-${String(index % hosts).padStart(4, "0")}.c1a2b3c4d5e6.eu-central-1.rds.amazonaws.com:5432`,
    database: `tenant_${String(index).padStart(6, "0")}`,
    schema: null,
  }));
}

function portsOver(artifacts: MemoryArtifacts, tenants: readonly Tenant[]): Ports {
  let now = Date.UTC(2026, 10, 22);
  return {
    run: RUN,
    artifacts,
    audit: { append: async () => {} },
    approvals: {},
    clock: { now: () => now++, monotonic: () => now },
    events: { emit: () => {} },
    registry: { tenants: async () => tenants },
    rollouts: { begin: async () => null, other: async () => null, end: async () => {} },
    stop: new AbortController().signal,
    deadline: null,
  } as unknown as Ports;
}

async function answer(
  ports: Ports,
  phase: string,
  plans: readonly HostPlan[],
  record: (tenant: Tenant) => TenantReading,
): Promise<void> {
  for (const { id } of plans.flatMap((plan) => plan.batches)) {
    const batch = await ports.artifacts.get<Batch>(artifact.batch(id));
    await ports.artifacts.put(artifact.result(phase, id), {
      batch: id,
      records: (batch?.tenants ?? []).map(record),
      findings: [],
    });
  }
}

/** The tally of every host and then of the fleet; returns what the Map over hosts leaves in the state. */
async function tallied(ports: Ports, plans: readonly HostPlan[]): Promise<readonly { ok: boolean; scope: string }[]> {
  const phase = "Introspect" as const;
  const results: { ok: boolean; scope: string }[] = [];
  for (const plan of plans) {
    const answers = plan.batches.map(({ id }) => ({ ok: true, batch: id }));
    const expected = [...plan.batches];
    results.push(await tally.run(ports, { run: RUN, phase, scope: plan.id, expected, results: answers }));
  }
  const expected = plans.map(({ id, batches }) => ({ id, batches: [...batches] }));
  const whole = await tally.run(ports, { run: RUN, phase, scope: "fleet", expected, results });
  if (!whole.ok) throw new Error("the tally of the fleet is not good");
  return results;
}

/** The first waves are taken as finished; the last one is begun, and fails, so that everything is taken back. */
async function playWaves(ports: Ports, artifacts: MemoryArtifacts) {
  const waves = (await artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? [];
  const last = waves.at(-1);
  if (!last) throw new Error("there is no wave");
  for (const wave of waves) {
    for (const id of wave.tenants) await artifacts.put(artifact.tenant(id), progressOf(id, wave.index, wave === last));
    if (wave !== last)
      await artifacts.put(artifact.wave(wave.index), { index: wave.index, action: "continue", failed: 0, pass: 0 });
  }
  const before = artifacts.reads;
  const wave = await nextWave.run(ports, { run: RUN });
  if (wave.index !== last.index) throw new Error(`expected wave ${last.index}, not ${wave.index}`);
  const breaker = await verifyWave.run(ports, { run: RUN, wave: last.index });
  if (breaker.action !== "rollback") throw new Error("the last wave was to be taken back");
  return { wave, breaker, reads: artifacts.reads - before };
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
