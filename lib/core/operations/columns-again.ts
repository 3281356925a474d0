import type { CatalogObject, ColumnObject, ConstraintObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { AlterColumnType } from "./alter-column-type.js";
import { convertBack, filledAgain, mayChangeValues } from "./convert-back.js";
import type { DropColumn } from "./drop-column.js";
import { type DropConstraint, droppedConstraints } from "./drop-constraint.js";
import { notThere } from "./inverses.js";
import { type KeptColumns, keepColumns, keepConverted } from "./keep/keep-columns.js";
import type { Inverse, Kept, Loss } from "./operation.js";
import { sequencesAgain } from "./owned-sequences.js";
import { addColumnAgain, dependentsOfColumn, finishColumn, recreateConstraints, recreateIndex } from "./recreate.js";
import { resolveTable } from "./resolve.js";

/** Operations that take something out of a table, or values out of its columns. */
export type ColumnChange = DropConstraint | DropColumn | AlterColumnType;

interface Changed<O> {
  readonly operation: O;
  readonly column: ColumnObject;
}

/**
 * Undoes what one statement takes from one table, all at once: a row is found again by none of the columns, each gets the
 * values of the same row, and a constraint that falls with two of them is made once.
 */
export function columnsAgain(operations: readonly ColumnChange[], before: CatalogIndex): Inverse {
  const [first] = operations;
  if (!first) return { class: "exact", statements: [] };
  const table = resolveTable(first.table, before);
  const dropped: Changed<DropColumn>[] = [];
  const converted: Changed<AlterColumnType>[] = [];
  const fallen: ConstraintObject[] = [];
  for (const operation of operations) {
    if (operation.kind === "drop-constraint") {
      const found = droppedConstraints(operation, table, before);
      if (!found) return notThere("constraint", operation.constraint);
      fallen.push(...found);
      continue;
    }
    const column = before.column(table, operation.column);
    if (column && operation.kind === "drop-column") dropped.push({ operation, column });
    else if (column && operation.kind === "alter-column-type") converted.push({ operation, column });
    else if (operation.kind !== "drop-column" || !operation.ifExists) return notThere("column", operation.column);
  }
  const parts = [back(table, converted, dropped, before), again(table, dropped, fallen, before)];
  const losses = parts.flatMap((part) => part.losses);
  const statements = parts.flatMap((part) => part.statements);
  const keep = parts.flatMap((part) => part.keep);
  return losses.length === 0 ? { class: "exact", statements } : { class: "lossy", statements, losses, keep };
}

/** Constraints that the operations take along, and their indexes. */
export function fallenWith(operations: readonly ColumnChange[], before: CatalogIndex): readonly CatalogObject[] {
  return operations.flatMap((operation) => {
    const table = resolveTable(operation.table, before);
    const constraints =
      operation.kind === "drop-constraint"
        ? (droppedConstraints(operation, table, before) ?? [])
        : operation.kind === "drop-column"
          ? dependentsOfColumn(before, table, operation.column).constraints
          : [];
    const indexes = before
      .indexes(table)
      .filter(({ attributes }) => constraints.some(({ id }) => id.name === attributes.constraint));
    return [...constraints, ...indexes];
  });
}

interface Part {
  readonly statements: readonly string[];
  readonly losses: readonly Loss[];
  readonly keep: readonly Kept[];
}

/** Columns that were dropped, those that are computed without values, and the constraints that fell. */
function again(
  table: TableRef,
  dropped: readonly Changed<DropColumn>[],
  fallen: readonly ConstraintObject[],
  before: CatalogIndex,
): Part {
  const [first] = dropped;
  if (!first) return { statements: recreateConstraints(fallen), losses: [], keep: [] };
  const { statement } = first.operation;
  const columns = dropped.map(({ column }) => column).sort((a, b) => a.position - b.position);
  const valued = columns.filter(({ attributes }) => attributes.generated === "");
  const sequences = columns.map(({ id }) => sequencesAgain(statement, before, [table], id.name));
  const dependents = columns.map(({ id }) => dependentsOfColumn(before, table, id.name));
  // A NOT NULL comes with its column.
  const gone = namesOf(columns);
  const others = fallen.filter(
    ({ attributes }) => attributes.type !== "n" || !attributes.columns.some((each) => gone.includes(each)),
  );
  const kept = valued.length === 0 ? null : keepColumns(statement, before, table, valued);
  return {
    statements: [
      ...sequences.flatMap(({ create }) => create),
      ...valued.flatMap((column) => addColumnAgain(table, column)),
      ...(kept?.restore ?? []),
      ...columns.filter((column) => !valued.includes(column)).flatMap((column) => addColumnAgain(table, column)),
      ...columns.flatMap((column) => finishColumn(before, table, column)),
      ...recreateConstraints(distinct([...dependents.flatMap(({ constraints }) => constraints), ...others])),
      ...distinct(dependents.flatMap(({ indexes }) => indexes)).map(recreateIndex),
      ...sequences.flatMap(({ attach, restore }) => [...attach, ...restore]),
    ],
    losses: valued.map(({ id }) => loss(table, id.name, "column", "its values are gone with the column")),
    keep: [...(kept ? [kept.kept] : []), ...sequences.flatMap(({ keep }) => keep)],
  };
}

/** Columns that were converted, as they are before the dropped ones are there again. */
function back(
  table: TableRef,
  converted: readonly Changed<AlterColumnType>[],
  dropped: readonly Changed<DropColumn>[],
  before: CatalogIndex,
): Part {
  const changing = converted.filter(({ operation, column }) => mayChangeValues(operation, column));
  const [first] = changing;
  const kept: KeptColumns | null = first
    ? keepConverted(
        first.operation.statement,
        before,
        table,
        changing.map(({ column }) => column),
        namesOf(dropped.map(({ column }) => column)),
      )
    : null;
  return {
    statements: [
      ...(kept?.forget ?? []),
      ...[...converted].reverse().flatMap(({ operation, column }) => convertBack(operation, table, column)),
      ...(kept?.restore ?? []),
      ...changing.flatMap(({ operation, column }) => filledAgain(operation, before, table, column)),
    ],
    losses: changing.map(({ operation }) =>
      loss(table, operation.column, "precision", `values converted to ${operation.type} may not convert back`),
    ),
    keep: kept ? [kept.kept] : [],
  };
}

function namesOf(columns: readonly ColumnObject[]): readonly string[] {
  return columns.map(({ id }) => id.name);
}

function distinct<T>(things: readonly T[]): readonly T[] {
  return [...new Set(things)];
}

function loss({ schema, name }: TableRef, column: string, what: Loss["what"], reason: string): Loss {
  return { what, name: `${schema}.${name}.${column}`, reason };
}
