import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import { sqlName } from "../inverses.js";
import type { Kept } from "../operation.js";
import { copyName, copyTable, dropCopy, keepCopy, restored, stored } from "./copy.js";
import { type Identity, identityOf, placedRows, rowsOf, sameRow } from "./identity.js";
import { withoutTriggers } from "./without-triggers.js";

/** A copy of one column's values, and the statements that put them back into a column of the same name and type. */
export interface KeptColumn {
  readonly kept: Kept;
  readonly restore: readonly string[];
}

/** For a column that will be gone, with its values. */
export function keepColumn(
  statement: Statement,
  before: CatalogIndex,
  table: TableRef,
  column: ColumnObject,
): KeptColumn {
  const name = copyName(statement, table, column.id.name);
  const identity = identityOf(before, table, [column.id.name]);
  const rows = rowsOf(before, table, identity, [column]);
  return {
    kept: keepCopy(name, rows, table, statement, before),
    restore: [...withoutTriggers(before, table, [fill(before, table, identity, column, name)]), ...dropCopy(name)],
  };
}

/**
 * For a column whose values the statement converts: the copy holds the old values and, from after the statement on, the
 * new ones. `forget`, run before the column is converted back, takes rows out of the copy that were written since.
 */
export function keepConverted(
  statement: Statement,
  before: CatalogIndex,
  table: TableRef,
  column: ColumnObject,
): KeptColumn & { readonly forget: readonly string[] } {
  const plain = keepColumn(statement, before, table, column);
  const { name } = plain.kept;
  const identity = identityOf(before, table, [column.id.name]);
  const value = identifier(column.id.name);
  // The type is another one by then, so the new value is kept and compared as text.
  const now = placedRows(before, table, identity, []).replace(" FROM ", `, t.${value}::text AS "$new" FROM `);
  const copy = copyTable(name);
  return {
    kept: {
      ...plain.kept,
      after: [
        `ALTER TABLE ${copy} ADD COLUMN "$new" text`,
        `UPDATE ${copy} k SET "$new" = n."$new" FROM (${now}) n WHERE ${sameRow(identity, "k", "n")}`,
      ],
    },
    forget: [
      `DELETE FROM ${copy} k USING (${now}) n WHERE ${sameRow(identity, "k", "n")} AND n."$new" IS DISTINCT FROM k."$new"`,
    ],
    restore: plain.restore,
  };
}

function fill(before: CatalogIndex, table: TableRef, identity: Identity, column: ColumnObject, name: string): string {
  const value = identifier(column.id.name);
  const set = `${value} = ${restored(column, "k")}`;
  if (identity.by === "key") {
    const match = identity.columns.map((key) => `${stored(key, "t")} = k.${identifier(key.id.name)}`).join(" AND ");
    return `UPDATE ${sqlName(table)} t SET ${set} FROM ${copyTable(name)} k WHERE ${match}`;
  }
  const placed = placedRows(before, table, identity, []);
  return `UPDATE ${sqlName(table)} t SET ${set} FROM ${copyTable(name)} k JOIN (${placed}) n ON ${sameRow(identity, "k", "n")}
    WHERE t.ctid = n."$at" AND t.tableoid = n."$in"`;
}
