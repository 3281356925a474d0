import type { Config } from "../../core/config/config.js";
import { planWaves } from "../../core/rollout/waves.js";
import type { Tenant } from "../../ports/registry.js";

/** Throws `WavePolicyError` for a canary group that no tenant is in: before a tenant is read, since none could repair it. */
export function refuseEmptyCanary({ rollout }: Config, tenants: readonly Tenant[]): void {
  const { canary, growth, maxWave } = rollout;
  planWaves(
    tenants.map(({ id, host, group }) => ({ id, host, group, risk: 0 })),
    { canary, growth, maxWave },
  );
}
