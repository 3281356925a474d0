import { readableName, readableRelation } from "../../../sql/readable-name.js";
import { as } from "../../../sql/tree.js";
import type { AddedConstraint } from "./added-constraints.js";

/** CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT … USING INDEX: no long lock. */
export function indexFirstForm(added: AddedConstraint): readonly string[] {
  const { constraint } = added;
  const relation = readableRelation(added.table);
  const name = readableName(added.name);
  const keys = added.columns.map(readableName).join(", ");
  const included = (constraint.including ?? []).flatMap((node) => as(node, "String")?.sval ?? []).map(readableName);
  const include = included.length > 0 ? ` INCLUDE (${included.join(", ")})` : "";
  const nulls = constraint.nulls_not_distinct ? " NULLS NOT DISTINCT" : "";
  const kind = constraint.contype === "CONSTR_PRIMARY" ? "PRIMARY KEY" : "UNIQUE";
  const deferral = constraint.deferrable ? ` DEFERRABLE${constraint.initdeferred ? " INITIALLY DEFERRED" : ""}` : "";
  return [
    `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${relation} (${keys})${include}${nulls}`,
    `ALTER TABLE ${relation} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}${deferral}`,
  ];
}

/** The form above does not carry over storage parameters, tablespaces and WITHOUT OVERLAPS. */
export function isPlainKey(added: AddedConstraint): boolean {
  const { constraint } = added;
  return !constraint.options?.length && !constraint.indexspace && !constraint.without_overlaps;
}
