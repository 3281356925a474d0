import { z } from "zod";
import { planWaves as cutWaves } from "../core/rollout/waves.js";
import type { Tenant } from "../ports/registry.js";
import { cutIntoBatches } from "./batches.js";
import {
  artifact,
  need,
  type RunRequest,
  resultsOf,
  type ScoreRecord,
  type TenantReading,
  type WavePlan,
} from "./records.js";
import type { Step } from "./step.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly waves: number;
}

/** The canary first, then waves that grow; only tenants that lack something. */
export const planWaves: Step<z.infer<typeof input>, Output> = {
  name: "plan-waves",
  input,
  settled: () => true,
  async run(ports) {
    const { config } = await need<RunRequest>(ports, artifact.request);
    const score = await need<ScoreRecord>(ports, artifact.score);
    const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
    const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
    const members = readings.flatMap((reading) => {
      const tenant = fleet.get(reading.tenant);
      return tenant && reading.pending.length > 0 ? [{ ...tenant, risk: score.tenants[tenant.id] ?? 1 }] : [];
    });
    const { canary, growth, maxWave } = config.rollout;
    const waves: WavePlan[] = [];
    for (const wave of cutWaves(members, { canary, growth, maxWave })) {
      const tenants = wave.tenants.flatMap((id) => fleet.get(id) ?? []);
      const hosts = await cutIntoBatches(ports, `wave-${wave.index}`, tenants, config.connectionsPerHost);
      waves.push({ index: wave.index, name: wave.name, tenants: wave.tenants, hosts });
    }
    await ports.artifacts.put(artifact.waves, waves);
    return { waves: waves.length };
  },
};
