import type { ColumnDef, Constraint } from "libpg-query";

/** Clauses next to a column that say something about the constraint before them. */
const CONSTRAINT_ATTRIBUTES: Readonly<Record<string, Partial<Constraint>>> = {
  CONSTR_ATTR_DEFERRABLE: { deferrable: true },
  CONSTR_ATTR_NOT_DEFERRABLE: { deferrable: false },
  CONSTR_ATTR_DEFERRED: { deferrable: true, initdeferred: true },
  CONSTR_ATTR_IMMEDIATE: { initdeferred: false },
  CONSTR_ATTR_ENFORCED: { is_enforced: true },
  CONSTR_ATTR_NOT_ENFORCED: { is_enforced: false },
};

/** The constraints written next to a column, each with the attributes that the grammar returns as separate nodes. */
export function columnConstraints({ constraints = [] }: ColumnDef): Constraint[] {
  const clauses: Constraint[] = [];
  for (const node of constraints) {
    if (!("Constraint" in node)) continue;
    const attribute = CONSTRAINT_ATTRIBUTES[node.Constraint.contype ?? ""];
    const last = clauses.at(-1);
    if (!attribute) clauses.push(node.Constraint);
    else if (last) clauses[clauses.length - 1] = { ...last, ...attribute };
  }
  return clauses;
}
