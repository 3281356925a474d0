import { predictedMs } from "../../core/rollout/predicted-time.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, need, type ProofRecord, resultsOf, type TenantReading } from "../run/records.js";
import { type RolloutContext, tenantContext } from "./tenant-context.js";

/**
 * Tells, before a tenant is begun, whether it will be done before this process must end. Throws `Interrupted` when not: a process
 * without that end takes it. Reads nothing where no deadline is set.
 */
export function timeKeeper(ports: Ports, rollout: RolloutContext): (tenant: Tenant) => Promise<void> {
  const { deadline } = ports;
  if (deadline === null) return async () => {};
  let sizes: Promise<ReadonlyMap<string, number | null>> | null = null;
  return async (tenant) => {
    sizes ??= sizesOf(ports);
    const known = await sizes;
    const { cluster } = tenantContext(rollout, tenant);
    const { proof, clonedFrom } = await need<ProofRecord>(ports, artifact.proof(cluster.id));
    const ms = predictedMs({
      statements: proof.statements.map((statement) => statement.ms),
      cloneBytes: known.get(clonedFrom) ?? null,
      tenantBytes: known.get(tenant.id) ?? null,
    });
    const analyzing = (proof.analyzed ?? []).reduce((sum, each) => sum + each.ms, 0);
    if (ports.clock.monotonic() + ms + analyzing > deadline)
      throw new Interrupted(
        `tenant ${tenant.id} is predicted to take ${Math.round((ms + analyzing) / 1000)} s, more than is left`,
      );
  };
}

async function sizesOf(ports: Ports): Promise<ReadonlyMap<string, number | null>> {
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  return new Map(readings.map((reading) => [reading.tenant, reading.statistics?.sizeBytes ?? null]));
}
