import type { Config } from "../../../lib/core/config/config.js";
import { digest } from "../../../lib/core/json.js";
import type { Ports } from "../../../lib/ports/ports.js";
import type { Tenant } from "../../../lib/ports/registry.js";
import { bindingParts } from "../../../lib/steps/approval/binding.js";
import { cutIntoBatches, keepWays } from "../../../lib/steps/run/batches.js";
import { eachTenant } from "../../../lib/steps/run/each-tenant.js";
import {
  artifact,
  type Batch,
  type HostPlan,
  need,
  type WavePlan,
  type WaveResult,
} from "../../../lib/steps/run/records.js";
import { runStep, type Step } from "../../../lib/steps/run/step.js";
import { migrate } from "../../../lib/steps/states/migrate.js";
import { nextWave } from "../../../lib/steps/states/next-wave.js";
import { probe } from "../../../lib/steps/states/probe.js";
import { tally } from "../../../lib/steps/states/tally.js";
import { verifyWave } from "../../../lib/steps/states/verify-wave.js";
import type { MemoryBucket } from "./memory-bucket.js";
import { batchesOf, RUN, registryOver, registryText, trailOver } from "./run-in-memory.js";
import { clusterOf, progressOf, proofOf, readingOf } from "./tenant-records.js";

/** What an invocation reads of its run before its step: who asked, and which execution works on it. */
const OF_AN_INVOCATION = [artifact.request, artifact.input];

/** The functions of a run, on the ports that each invocation opens. */
export class Functions {
  constructor(
    private readonly bucket: MemoryBucket,
    private readonly ports: Ports,
    private readonly config: Config,
  ) {}

  /** A process keeps nothing of the one before. */
  async call<I, O>(step: Step<I, O>, input: object): Promise<O> {
    for (const key of OF_AN_INVOCATION) await this.ports.artifacts.get(key);
    const registry = registryOver(this.bucket, this.config, null);
    return runStep(step, { ...this.ports, audit: trailOver(this.bucket), registry }, { run: RUN, ...input });
  }

  /** How the tenants of a batch are reached, as a process of its own asks. */
  private async reached(batch: string): Promise<void> {
    const registry = registryOver(this.bucket, this.config, batch);
    // The step has counted this.
    const { tenants } = await this.bucket.times(0, () => need<Batch>(this.ports, artifact.batch(batch)));
    for (const tenant of tenants) await registry.wayTo(tenant);
  }

  async load(tenants: readonly Tenant[]): Promise<readonly HostPlan[]> {
    const { ports, config } = this;
    const { artifacts } = ports;
    await this.bucket.put("registry/tenants.csv", registryText(tenants));
    await ports.registry.tenants();
    await artifacts.put(artifact.request, { run: RUN, engine: "aws", mode: "run", config });
    await artifacts.put(artifact.input, { release: "inputs/x", execution: "x" });
    await artifacts.put(artifact.release, { migrations: [] });
    await artifacts.put(artifact.fleet, tenants);
    const { hosts, batches } = await cutIntoBatches(ports, "all", tenants, config.connectionsPerHost);
    await keepWays(ports, batches);
    return hosts;
  }

  async introspect(plans: readonly HostPlan[]): Promise<void> {
    const { artifacts } = this.ports;
    for (const { id } of plans.flatMap((plan) => plan.batches)) {
      const step = `steps/introspect/${id}.json`;
      for (const key of [...OF_AN_INVOCATION, step, artifact.request, artifact.release]) await artifacts.get(key);
      await eachTenant(this.ports, "Introspect", id, async (tenant) => {
        // What is remembered of its catalog.
        await artifacts.get(`seen/${tenant.id}.json`);
        return { record: readingOf(tenant.id), findings: [] };
      });
      await this.reached(id);
      await artifacts.put(step, {});
    }
    await this.tallied("Introspect", plans);
  }

  /** What Diverge and DryRun leave. */
  async prove(tenants: readonly Tenant[]): Promise<void> {
    const { artifacts } = this.ports;
    const cluster = clusterOf(tenants.map(({ id }) => id));
    await artifacts.put(artifact.clusters, [cluster]);
    await artifacts.put(artifact.catalog(cluster.fingerprint), { objects: [] });
    await artifacts.put(artifact.proof(cluster.id), proofOf(cluster));
  }

  async score(tenants: readonly Tenant[]): Promise<void> {
    const { artifacts, audit } = this.ports;
    const risks = Object.fromEntries(tenants.map((tenant) => [tenant.id, 0.1]));
    const score = { verdict: "pass", digest: "", tenants: risks, parts: await bindingParts(this.ports) };
    await artifacts.put(artifact.score, score);
    const subject = { kind: "phase", name: "Score" } as const;
    await audit.append({ actor: "x", action: "step.finished", subject, digest: digest(score), details: {} });
  }

  async probe(plans: readonly HostPlan[]): Promise<void> {
    for (const plan of plans)
      for (const { id } of plan.batches) {
        await this.call(probe, { host: plan.id, batch: id });
        await this.reached(id);
      }
    await this.tallied("Probe", plans);
  }

  async wave(waves: readonly WavePlan[], index: number): Promise<void> {
    const { bucket, ports } = this;
    const wave = await this.call(nextWave, {});
    if (wave.status !== "ready" || wave.index !== index)
      throw new Error(`expected wave ${index}, not ${wave.status} ${wave.index}`);
    for (const id of waves[index]?.tenants ?? [])
      await ports.artifacts.put(artifact.tenant(id), progressOf(id, index, false));
    const [host] = wave.hosts;
    const [batch] = host?.batches ?? [];
    const input = { host: host?.id, batch: batch?.id, held: wave.held };
    await bucket.times(batchesOf(wave.hosts), async () => {
      await this.call(migrate, input);
      await this.reached(input.batch ?? "");
    });
    for (const { id } of wave.hosts.flatMap((one) => one.batches))
      await bucket.times(0, () =>
        ports.artifacts.put(artifact.result("Migrate", id), { batch: id, records: [], findings: [] }),
      );
    await this.tallied("Migrate", wave.hosts);
    const verified = await this.call(verifyWave, { wave: index });
    if (verified.action !== "continue") throw new Error(`wave ${index} was to go on, not ${verified.action}`);
  }

  /** Goes over waves that are as the one before them, with what they leave. */
  async skip(from: number, to: number): Promise<void> {
    const { artifacts } = this.ports;
    await this.bucket.times(0, async () => {
      const known = await artifacts.get<{ results: Record<number, WaveResult> }>(artifact.rollout);
      const last = await artifacts.get<WaveResult>(artifact.wave(from));
      if (!known || !last) throw new Error("no wave has ended");
      const results: Record<number, WaveResult> = { ...known.results };
      const trail = trailOver(this.bucket);
      for (let index = from; index < to; index++) {
        results[index] = { ...last, index };
        const subject = { kind: "wave", name: `wave ${index + 1}` } as const;
        for (let event = 0; event < 2; event++)
          await trail.append({ actor: "x", action: "wave.finished", subject, digest: null, details: {} });
      }
      await artifacts.put(artifact.rollout, { pass: 0, results, begun: to - 1 });
      await artifacts.put(artifact.wave(to - 1), { ...last, index: to - 1 });
    });
  }

  private async tallied(phase: "Introspect" | "Probe" | "Migrate", plans: readonly HostPlan[]): Promise<void> {
    const results: { ok: boolean; scope: string }[] = [];
    for (const plan of plans) {
      const answers = plan.batches.map(({ id }) => ({ ok: true, batch: id }));
      results.push(await this.call(tally, { phase, scope: plan.id, expected: plan.batches, results: answers }));
    }
    const whole = await this.call(tally, { phase, scope: "fleet", expected: plans, results });
    if (!whole.ok) throw new Error(`the tally of ${phase} is not good`);
  }
}
