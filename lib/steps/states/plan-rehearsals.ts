import { z } from "zod";
import type { Tenant } from "../../ports/registry.js";
import { openQuestions, type RehearsalPlan } from "../probing/rehearsal.js";
import { clustersByTenant } from "../run/approved.js";
import { cutIntoBatches } from "../run/batches.js";
import {
  artifact,
  type ClusterRecord,
  type HostPlan,
  need,
  type ProofRecord,
  resultsOf,
  type TenantProbes,
} from "../run/records.js";
import type { Step } from "../run/step.js";
import { needRequest } from "../run/stored-request.js";

const input = z.object({ run: z.string() });

interface Output {
  /** Tenants. */
  readonly count: number;
  readonly hosts: readonly HostPlan[];
}

/**
 * Which tenants have rows that no probe could judge, because the release changes them first or the probe would cost too much: the release
 * is executed on a clone of each. Only if the dry run of its cluster succeeded; otherwise the release is blocked already.
 */
export const planRehearsals: Step<z.infer<typeof input>, Output> = {
  name: "plan-rehearsals",
  input,
  settled: () => false,
  async run(ports) {
    const { config } = await needRequest(ports);
    const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
    const probes = (await resultsOf<TenantProbes>(ports, "Probe")).flatMap((result) => result.records);
    const asked = probes.map((each) => [each.tenant, openQuestions(each)] as const);
    const open = new Map(asked.filter(([, questions]) => questions.length > 0));
    const members: string[] = [];
    for (const cluster of config.migrator ? [] : clusters) {
      const some = cluster.tenants.filter((tenant) => open.has(tenant));
      if (some.length === 0) continue;
      const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(cluster.id));
      if (proof && proof.after !== null) members.push(...some);
    }
    await ports.artifacts.put(artifact.rehearsals, { tenants: members } satisfies RehearsalPlan);
    const chosen = new Set(members);
    const tenants = (await need<readonly Tenant[]>(ports, artifact.fleet)).filter(({ id }) => chosen.has(id));
    ports.events.emit({ type: "size", of: "rehearsals", count: tenants.length });
    const clones = Math.min(config.connectionsPerHost, config.rehearsals.perHost);
    const known = { open: Object.fromEntries(open), clusters: Object.fromEntries(clustersByTenant(clusters)) };
    const { hosts } = await cutIntoBatches(ports, "rehearse", tenants, clones, known);
    return { count: tenants.length, hosts };
  },
};
