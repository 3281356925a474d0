import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import type { AlterColumnType } from "./alter-column-type.js";
import { alterTable } from "./inverses.js";
import { notNullAgain } from "./recreate.js";
import { keepsHeap, parseType } from "./type-change.js";

export function rewritesHeap(operation: AlterColumnType, column: ColumnObject | undefined): boolean {
  if (!column) return true;
  if (operation.using !== null && !isPlainCast(operation)) return true;
  return !keepsHeap(column.attributes.type, operation.type);
}

/** `USING c::type` says no more than the type itself. */
function isPlainCast({ using, column }: AlterColumnType): boolean {
  const text = (using ?? "").replaceAll('"', "").replaceAll(/\s+/g, "").toLowerCase();
  return (
    text === column.toLowerCase() ||
    text.startsWith(`${column.toLowerCase()}::`) ||
    text.startsWith(`cast(${column.toLowerCase()}as`)
  );
}

/** Whether the conversion may lose something of a value; a wider integer has every value of a narrower one. */
export function mayChangeValues(operation: AlterColumnType, column: ColumnObject): boolean {
  return (
    rewritesHeap(operation, column) &&
    !(isWideningInteger(column.attributes.type, operation.type) && operation.using === null)
  );
}

function isWideningInteger(from: string, to: string): boolean {
  const order = ["smallint", "integer", "bigint"];
  const rank = (type: string) => order.indexOf(parseType(type)?.base ?? "");
  return rank(from) >= 0 && rank(to) > rank(from);
}

/**
 * The column in its old type. Where no assignment cast leads back, through a cast of its own; a conversion that only
 * the author's USING knows cannot be turned round, so the column is emptied and filled from the copy.
 */
export function convertBack(operation: AlterColumnType, table: TableRef, column: ColumnObject): readonly string[] {
  const name = identifier(operation.column);
  const { type, collation, notNull } = column.attributes;
  const own = operation.using !== null && !isPlainCast(operation);
  const using = own ? ` USING NULL::${type}` : truncates(type) ? "" : ` USING ${name}::${type}`;
  const collate = collation === null ? "" : ` COLLATE ${collation}`;
  const change = alterTable(table, `ALTER COLUMN ${name} TYPE ${type}${collate}${using}`);
  const relax = own && notNull ? [alterTable(table, `ALTER COLUMN ${name} DROP NOT NULL`)] : [];
  const was = column.attributes.default;
  if (was === null) return [...relax, change];
  return [
    ...relax,
    alterTable(table, `ALTER COLUMN ${name} DROP DEFAULT`),
    change,
    alterTable(table, `ALTER COLUMN ${name} SET DEFAULT ${was}`),
  ];
}

/** A column that was emptied on the way is NOT NULL again once it has its values. */
export function filledAgain(
  operation: AlterColumnType,
  before: CatalogIndex,
  table: TableRef,
  column: ColumnObject,
): readonly string[] {
  const emptied = operation.using !== null && !isPlainCast(operation) && column.attributes.notNull;
  return emptied ? [notNullAgain(before, table, operation.column)] : [];
}

/** An explicit cast to a type of limited length cuts silently; an assignment refuses. */
function truncates(type: string): boolean {
  return /^(character|bit)( varying)?\(/.test(type);
}
