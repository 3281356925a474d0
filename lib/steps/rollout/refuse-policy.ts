import type { Config } from "../../core/config/config.js";
import { closedForGood } from "../../core/rollout/groups.js";
import { refuseUnknownGroups, WavePolicyError } from "../../core/rollout/waves.js";
import type { Tenant } from "../../ports/registry.js";

/**
 * Throws `WavePolicyError` for a group without tenants in the registry, and for a window that is over: before a tenant is read, since no
 * tenant could fix that.
 */
export function refusePolicy({ rollout }: Config, listed: readonly Tenant[], now: number): void {
  refuseUnknownGroups(listed, rollout);
  const over = closedForGood(rollout.groups, now);
  if (over !== null)
    throw new WavePolicyError(
      `the window of the group ${over.name}, ${over.window}, is over; give it another under rollout.groups`,
    );
}
