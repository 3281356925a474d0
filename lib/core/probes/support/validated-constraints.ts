import type { ConstraintSpec, Operation } from "../../operations/index.js";
import type { Moment } from "../probe.js";
import { constraintsOn } from "../state/constraints.js";
import type { TableState } from "../state/table-state.js";

/** Constraints that the server checks against every row when it runs an operation, with the table as it is then. */
export function validatedConstraints(
  operation: Operation,
  { before, after }: Moment,
): readonly { readonly table: TableState; readonly constraint: ConstraintSpec }[] {
  if (
    operation.kind !== "add-constraint" &&
    operation.kind !== "add-column" &&
    operation.kind !== "validate-constraint" &&
    operation.kind !== "alter-constraint"
  ) {
    return [];
  }
  const table = after.table(operation.table);
  if (!table) return [];
  const found = constraintsOf(operation, before);
  return found.filter((each) => each.validated && each.enforced).map((constraint) => ({ table, constraint }));
}

function constraintsOf(
  operation: Operation & { kind: "add-constraint" | "add-column" | "validate-constraint" | "alter-constraint" },
  before: Moment["before"],
): readonly ConstraintSpec[] {
  if (operation.kind === "add-constraint") return [operation.constraint];
  const table = before.table(operation.table);
  if (operation.kind === "alter-constraint")
    return table && operation.enforced ? enforced(before, table, operation) : [];
  if (operation.kind === "add-column") {
    const there = table?.columns.some(({ name }) => name === operation.column.name);
    return there ? [] : operation.column.constraints;
  }
  const pending = table?.pending.filter((each) => each.name === operation.constraint) ?? [];
  return pending.map((each) => ({ ...each, validated: true }));
}

/** ENFORCED checks the rows that were added while it was not enforced. */
function enforced(
  before: Moment["before"],
  table: TableState,
  { constraint: name }: { readonly constraint: string },
): readonly ConstraintSpec[] {
  return constraintsOn(before, table).flatMap((each) =>
    each.kind === "add-constraint" && each.constraint.name === name && !each.constraint.enforced
      ? [{ ...each.constraint, validated: true, enforced: true }]
      : [],
  );
}
