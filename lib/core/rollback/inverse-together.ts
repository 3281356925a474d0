import type { CatalogObject } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { convertedBack } from "../operations/convert-back.js";
import type { AlterColumnType } from "../operations/kinds/alter-column-type.js";
import type { Operation } from "../operations/kinds/index.js";
import { droppedBy, inverseOf } from "../operations/operation-types.js";
import { resolveTable } from "../operations/resolve.js";
import type { Statement } from "../sql/statement.js";
import type { Inverse } from "../undo/inverse.js";
import { dependentsOfColumn } from "../undo/recreate.js";
import { restoreDropped } from "../undo/restore-dropped.js";

/**
 * Inverses of a statement's operations, in order: what it drops is restored together, at the place where the first of it was dropped; what it
 * converts in one table is converted back together; everything else has an inverse of its own. `unnamed`: what else went with the statement.
 */
export function inversesTogether(
  statement: Statement,
  operations: readonly Operation[],
  unnamed: readonly CatalogObject[],
  before: CatalogIndex,
): readonly Inverse[] {
  const dropped = [...operations.flatMap((operation) => droppedBy(operation, before)), ...unnamed];
  const free = withoutFallen(dropped, before);
  const inverses: Inverse[] = [];
  let isBack = dropped.length === 0;
  const back = () => {
    if (!isBack) inverses.push(restoreDropped(statement, before, dropped));
    isBack = true;
  };
  if (unnamed.length === dropped.length) back();
  for (const group of together(operations)) {
    const [first] = group;
    if (!first) continue;
    if (droppedBy(first, before).length > 0) back();
    else if (isConversion(first))
      inverses.push(convertedBack(group.filter(isConversion), goneFrom(first, dropped, before), before));
    else
      inverses.push(inverseOf(first, first.kind === "add-constraint" || first.kind === "add-column" ? free : before));
  }
  return inverses;
}

/** Consecutive conversions in one table form a group; every other operation is by itself. */
function together(operations: readonly Operation[]): readonly (readonly Operation[])[] {
  const groups: Operation[][] = [];
  for (const operation of operations) {
    const open = groups.at(-1);
    const last = open?.at(-1);
    if (open && last && isConversion(last) && isConversion(operation) && sameStatement(last, operation))
      open.push(operation);
    else groups.push([operation]);
  }
  return groups;
}

function goneFrom(
  operation: AlterColumnType,
  dropped: readonly CatalogObject[],
  before: CatalogIndex,
): readonly string[] {
  const table = resolveTable(operation.table, before);
  return dropped.flatMap((object) =>
    object.kind === "column" && sameTable(tableOf(object), table) ? [object.id.name] : [],
  );
}

/** The schema in which the server chooses names: what the statement itself takes away is gone by then. */
function withoutFallen(dropped: readonly CatalogObject[], before: CatalogIndex): CatalogIndex {
  const constraints = dropped.flatMap((object) =>
    object.kind === "column"
      ? dependentsOfColumn(before, tableOf(object), object.id.name).constraints
      : object.kind === "constraint"
        ? [object]
        : [],
  );
  if (constraints.length === 0) return before;
  const objects = before.catalog.objects.filter(
    (each) =>
      !constraints.some(
        (constraint) =>
          each === constraint ||
          (each.kind === "index" &&
            each.attributes.constraint === constraint.id.name &&
            sameTable(tableOf(each), tableOf(constraint))),
      ),
  );
  return new CatalogIndex({ ...before.catalog, objects });
}

/** If it may not take place, it is undone separately: its own inverse says so. */
function isConversion(operation: Operation): operation is AlterColumnType {
  return operation.kind === "alter-column-type" && !operation.guards?.length;
}

/** The statements of a DO block share the block's number, but not their text. */
function sameStatement(a: Operation, b: Operation): boolean {
  const at = ({ source }: Operation["statement"]) => `${source.file}:${source.line}:${source.column}`;
  return a.statement.sql === b.statement.sql && at(a.statement) === at(b.statement);
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
