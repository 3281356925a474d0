import type { Config } from "../../core/config/config.js";
import { closedForGood } from "../../core/rollout/groups.js";
import { refuseUnknownGroups, WavePolicyError } from "../../core/rollout/waves.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * Throws `WavePolicyError` for a group that no tenant of the registry is in, and for a window that is over: before a tenant
 * is read, since none could repair it.
 */
export function refusePolicy({ rollout }: Config, listed: readonly Tenant[], now: number): void {
  refuseUnknownGroups(listed, rollout);
  const over = closedForGood(rollout.groups, now);
  if (over !== null)
    throw new WavePolicyError(
      `the window of the group ${over.name}, ${over.window}, is over; give it another under rollout.groups`,
    );
}
