import type { ConstraintSpec, Operation } from "../../operations/index.js";
import type { Moment } from "../probe.js";
import type { TableState } from "../state/table-state.js";

/** Constraints that the server checks against every row when it runs an operation, with the table as it is then. */
export function validatedConstraints(
  operation: Operation,
  { before, after }: Moment,
): readonly { readonly table: TableState; readonly constraint: ConstraintSpec }[] {
  if (
    operation.kind !== "add-constraint" &&
    operation.kind !== "add-column" &&
    operation.kind !== "validate-constraint"
  ) {
    return [];
  }
  const table = after.table(operation.table);
  if (!table) return [];
  const found = constraintsOf(operation, before.table(operation.table));
  return found.filter((each) => each.validated && each.enforced).map((constraint) => ({ table, constraint }));
}

function constraintsOf(
  operation: Operation & { kind: "add-constraint" | "add-column" | "validate-constraint" },
  before: TableState | undefined,
): readonly ConstraintSpec[] {
  if (operation.kind === "add-constraint") return [operation.constraint];
  if (operation.kind === "add-column") {
    const there = before?.columns.some(({ name }) => name === operation.column.name);
    return there ? [] : operation.column.constraints;
  }
  const pending = before?.pending.filter((each) => each.name === operation.constraint) ?? [];
  return pending.map((each) => ({ ...each, validated: true }));
}
