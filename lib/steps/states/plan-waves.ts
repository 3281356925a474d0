import { z } from "zod";
import { digest } from "../../core/json.js";
import type { Tenant } from "../../ports/registry.js";
import { sizesOf } from "../rollout/sizes-of.js";
import { wavesOf } from "../rollout/wave-members.js";
import { approvedOf } from "../run/approved.js";
import { cutIntoBatches } from "../run/batches.js";
import { artifact, type ClusterRecord, need, type WavePlan } from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";
import { targetsOf } from "../run/target.js";

const input = z.object({ run: z.string() });

interface Output {
  readonly waves: number;
}

/** The canary first, then growing waves; only tenants that lack something. */
export const planWaves: Step<z.infer<typeof input>, Output> = {
  name: "plan-waves",
  input,
  settled: () => true,
  async run(ports) {
    const { config } = await needRequest(ports);
    const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
    const targets = await targetsOf(ports);
    const sizes = await sizesOf(ports);
    const planned = await wavesOf(ports);
    const approved = approvedOf(await need<readonly ClusterRecord[]>(ports, artifact.clusters), planned);
    const cut = (scope: string, tenants: readonly Tenant[]) =>
      cutIntoBatches(ports, scope, tenants, config.connectionsPerHost, { targets, sizes, ...approved });
    const waves: WavePlan[] = [];
    for (const wave of planned) {
      const tenants = wave.tenants.flatMap((id) => fleet.get(id) ?? []);
      const { hosts, files } = await cut(`wave-${wave.index}`, tenants);
      const { index, name, group } = wave;
      waves.push({ index, name, group, tenants: wave.tenants, hosts, held: digest(files) });
    }
    await ports.artifacts.put(artifact.waves, waves);
    await ports.audit.append({
      actor: "schema-gate",
      action: "step.finished",
      subject: { kind: "phase", name: "PlanWaves" },
      digest: digest(waves),
      details: { waves: waves.length },
    });
    return { waves: waves.length };
  },
};
