import type { CatalogObject, ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { descendants, sameTable } from "../catalog/tables.js";
import type { Statement } from "../sql/statement.js";
import type { Kept } from "./inverse.js";
import { keepColumns } from "./keep/keep-columns.js";
import { keepTable } from "./keep/keep-table.js";

export interface KeptRows {
  readonly kept: Kept;
  readonly restore: readonly string[];
}

/** For dropped tables: rows of a partition are in its parent's copy. */
export function rowsOfTables(
  statement: Statement,
  before: CatalogIndex,
  tables: readonly TableRef[],
): readonly KeptRows[] {
  const within = tables
    .filter((table) => before.table(table)?.attributes.relkind === "p")
    .flatMap((table) => descendants(before, table));
  const whole = tables.filter((table) => !within.some((each) => sameTable(each, table)));
  return whole.map((table) => keepTable(statement, before, table));
}

/** For dropped columns: one copy per table, with all its columns. */
export function rowsOfColumns(
  statement: Statement,
  before: CatalogIndex,
  columns: readonly ColumnObject[],
): readonly KeptRows[] {
  const tables = columns.map(tableOf);
  const distinct = tables.filter((table, at) => tables.findIndex((each) => sameTable(each, table)) === at);
  return distinct.flatMap((table) => {
    const going = columns.filter((column) => sameTable(tableOf(column), table));
    const stored = going.filter((column) => !isComputed(column));
    const inParent = before.table(table)?.attributes.partitionOf && isBrought(going[0], columns, before);
    return stored.length === 0 || inParent ? [] : [keepColumns(statement, before, table, stored, going)];
  });
}

/** Whether a partition or child gets the column with its parent's. */
export function isBrought(
  column: ColumnObject | undefined,
  columns: readonly ColumnObject[],
  before: CatalogIndex,
): boolean {
  return columns.some(
    (parent) =>
      column !== undefined &&
      parent.id.name === column.id.name &&
      descendants(before, tableOf(parent)).some((each) => sameTable(each, tableOf(column))),
  );
}

export function isComputed({ attributes }: ColumnObject): boolean {
  return attributes.generated !== "";
}

export function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
