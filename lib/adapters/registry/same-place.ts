import { placeOf, RegistryError, type Tenant } from "../../ports/registry.js";

/**
 * Throws `RegistryError` if the registry points a tenant elsewhere than when the run began: what was gated and approved is one database,
 * not whatever has its name by now.
 */
export function refuseOtherPlace(gated: Tenant, now: Tenant): void {
  if (placeOf(gated) === placeOf(now)) return;
  throw new RegistryError(
    `the registry now leads tenant ${gated.id} to ${placeOf(now)}; the run was begun with ${placeOf(gated)}. Correct the registry, or start a new run`,
  );
}
