import { predictedMs } from "../../core/rollout/predicted-time.js";
import { Interrupted, type Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { Batch } from "../run/records.js";
import { type RolloutContext, tenantContext } from "./tenant-context.js";

/**
 * Tells, before a tenant is begun, whether it will be done before this process must end. Throws `Interrupted` when not: a process
 * without that end takes it.
 */
export function timeKeeper(
  ports: Ports,
  rollout: RolloutContext,
  sizes: Batch["sizes"] = {},
): (tenant: Tenant) => void {
  const { deadline } = ports;
  if (deadline === null) return () => {};
  return (tenant) => {
    const size = sizes[tenant.id];
    const { cluster } = tenantContext(rollout, tenant);
    const record = rollout.proofs.get(cluster.id);
    if (record === undefined) throw new Error(`the cluster ${cluster.id} has no proof`);
    const { proof } = record;
    const ms = predictedMs({
      statements: proof.statements.map((statement) => statement.ms),
      cloneBytes: size?.clone ?? null,
      tenantBytes: size?.bytes ?? null,
    });
    const analyzing = (proof.analyzed ?? []).reduce((sum, each) => sum + each.ms, 0);
    if (ports.clock.monotonic() + ms + analyzing > deadline)
      throw new Interrupted(
        `tenant ${tenant.id} is predicted to take ${Math.round((ms + analyzing) / 1000)} s, more than is left`,
      );
  };
}
