import type { Fleet } from "../../adapters/local/fleet.js";
import { UsageError } from "../../api/usage-error.js";
import { type Selection, SelectionError, select } from "../../core/rollout/selection.js";
import { RegistryError, type Tenant } from "../../ports/registry.js";

/** The registry's tenants. Throws `UsageError` if it cannot be read. */
export async function fleetTenants(fleet: Fleet): Promise<readonly Tenant[]> {
  try {
    return await fleet.tenants();
  } catch (error) {
    if (error instanceof RegistryError) throw new UsageError(error.message, "correct `registry` in the config");
    throw error;
  }
}

export interface SelectedTenants {
  readonly all: readonly Tenant[];
  readonly tenants: readonly Tenant[];
}

/** The same, and those among them that a command is about. Throws `UsageError` also for a selection of nobody. */
export async function selectedTenants(fleet: Fleet, selection: Selection): Promise<SelectedTenants> {
  const all = await fleetTenants(fleet);
  try {
    return { all, tenants: select(all, selection) };
  } catch (error) {
    if (error instanceof SelectionError) throw new UsageError(error.message, "schema-gate inspect   (lists the fleet)");
    throw error;
  }
}
