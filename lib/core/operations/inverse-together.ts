import type { CatalogObject } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import { type ColumnChange, columnsAgain, fallenWith } from "./columns-again.js";
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

/** `statement`: all operations of the statement, of which the group is a part. */
export function inverseTogether(
  group: readonly Operation[],
  statement: readonly Operation[],
  before: CatalogIndex,
): Inverse {
  const [first] = group;
  if (!first || group.length > 1) return columnsAgain(group.filter(isColumnChange), before);
  const named = first.kind === "add-constraint" || first.kind === "add-column";
  return inverseOf(first, named ? withoutFallen(first, statement, before) : before);
}

/** The schema in which the server chooses names: what the statement itself takes away is gone by then. */
function withoutFallen(operation: Operation, statement: readonly Operation[], before: CatalogIndex): CatalogIndex {
  const changes = statement.filter(isColumnChange).filter((each) => sameStatement(each, operation));
  const fallen = new Set<CatalogObject>(fallenWith(changes, before));
  if (fallen.size === 0) return before;
  return new CatalogIndex({ ...before.catalog, objects: before.catalog.objects.filter((each) => !fallen.has(each)) });
}

function isColumnChange(operation: Operation): operation is ColumnChange {
  return ["drop-constraint", "drop-column", "alter-column-type"].includes(operation.kind);
}

/** The statements of a DO block have the block's number in common, but not their text. */
function sameStatement(a: Operation, b: Operation): boolean {
  const at = ({ source }: Operation["statement"]) => `${source.file}:${source.line}:${source.column}`;
  return a.statement.sql === b.statement.sql && at(a.statement) === at(b.statement);
}
