import type { Privilege } from "../../catalog/privileges.js";
import { readableName } from "../../sql/readable-name.js";

export interface Grant {
  readonly privileges: readonly string[];
  /** As SQL. */
  readonly to: string;
}

/** Privileges that a plain GRANT by the owner restores; null if one is not of that form. */
export function grantsOf(privileges: unknown): readonly Grant[] | null {
  const entries = (privileges ?? []) as readonly Privilege[];
  const isPlain = ({ role, grantable, grantor }: Privilege) =>
    grantable.length === 0 && grantor === null && /^[\w ]+$/.test(role);
  if (!entries.every(isPlain)) return null;
  return entries.map(({ role, privileges: what }) => ({
    privileges: what,
    to: role === "PUBLIC" ? role : readableName(role),
  }));
}
