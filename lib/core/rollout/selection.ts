import { shortList } from "../short-list.js";

/** Which tenants a command is about. Named tenants and groups add up; excluded ones are then removed. */
export interface Selection {
  /** Ids; when both this and the groups are empty: all. */
  readonly tenants: readonly string[];
  readonly groups: readonly string[];
  readonly exclude: readonly string[];
}

export const EVERYBODY: Selection = { tenants: [], groups: [], exclude: [] };

/** A selection that matches no tenant, or names one that does not exist. */
export class SelectionError extends Error {
  override readonly name = "SelectionError";
}

export function isEverybody({ tenants, groups, exclude }: Selection): boolean {
  return tenants.length + groups.length + exclude.length === 0;
}

/** The selected tenants of the fleet, in its order. Throws `SelectionError` for a name that does not exist, and when nobody is selected. */
export function select<T extends { readonly id: string; readonly group: string | null }>(
  fleet: readonly T[],
  selection: Selection,
): readonly T[] {
  refuseUnknown(fleet, selection);
  const { tenants, groups, exclude } = selection;
  const all = tenants.length + groups.length === 0;
  const chosen = fleet.filter(
    ({ id, group }) =>
      (all || tenants.includes(id) || (group !== null && groups.includes(group))) && !exclude.includes(id),
  );
  if (chosen.length === 0) throw new SelectionError("no tenant is left: every one that was selected is excluded");
  return chosen;
}

const MOST_NAMES = 8;

function refuseUnknown(
  fleet: readonly { readonly id: string; readonly group: string | null }[],
  { tenants, groups, exclude }: Selection,
): void {
  const ids = new Set(fleet.map(({ id }) => id));
  const unknown = [...tenants, ...exclude].find((id) => !ids.has(id));
  if (unknown !== undefined)
    throw new SelectionError(`there is no tenant ${unknown}; ${listed("the tenants are", [...ids])}`);
  const known = new Set(fleet.flatMap(({ group }) => group ?? []));
  const missing = groups.find((group) => !known.has(group));
  if (missing === undefined) return;
  const hint = known.size > 0 ? listed("the groups are", [...known].sort()) : "no tenant has a group";
  throw new SelectionError(`no tenant is in the group ${missing}; ${hint}`);
}

function listed(lead: string, names: readonly string[]): string {
  return `${lead} ${shortList(names, MOST_NAMES)}`;
}
