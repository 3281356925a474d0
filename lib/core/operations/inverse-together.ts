import type { CatalogIndex } from "../catalog/lookup.js";
import { type ColumnChange, columnsAgain } from "./columns-again.js";
import type { Inverse } from "./operation.js";
import { inverseOf } from "./operation-types.js";
import type { Operation } from "./operations.js";

/** Operations of one statement in the groups in which they are undone: what it takes from one table and converts there, all at once. */
export function together(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const groups: Operation[][] = [];
  for (const operation of operations) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    if (open && last && isColumnChange(last) && isColumnChange(operation) && sameStatement(last, operation))
      open.push(operation);
    else groups.push([operation]);
  }
  return groups;
}

export function inverseTogether(group: readonly Operation[], before: CatalogIndex): Inverse {
  const [first] = group;
  if (first && group.length === 1) return inverseOf(first, before);
  return columnsAgain(group.filter(isColumnChange), before);
}

function isColumnChange(operation: Operation): operation is ColumnChange {
  return ["drop-constraint", "drop-column", "alter-column-type"].includes(operation.kind);
}

/** The statements of a DO block have the block's number in common, but not their text. */
function sameStatement(a: ColumnChange, b: ColumnChange): boolean {
  const at = ({ source }: ColumnChange["statement"]) => `${source.file}:${source.line}:${source.column}`;
  return a.statement.sql === b.statement.sql && at(a.statement) === at(b.statement);
}
