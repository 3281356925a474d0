import { UsageError } from "../../api/usage-error.js";
import { isEverybody, type Selection, SelectionError, select } from "../../core/rollout/selection.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact } from "../../steps/run/records.js";

/** Ids of a run's selected tenants; null for all. `look` is the command that lists them. Throws `UsageError`. */
export async function chosenTenants(
  { artifacts }: { readonly artifacts: Artifacts },
  selection: Selection,
  look: string,
): Promise<readonly string[] | null> {
  if (isEverybody(selection)) return null;
  const fleet = (await artifacts.get<readonly Tenant[]>(artifact.fleet)) ?? [];
  try {
    return select(fleet, selection).map(({ id }) => id);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    throw new UsageError(error.message, look);
  }
}
