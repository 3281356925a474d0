import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { descendants } from "../catalog/tables.js";
import { truncates } from "../postgres/fits.js";
import { expressionTree, isPlainCast, isPlainCastThroughText } from "../postgres/plain-cast.js";
import { keepsHeap, parseType } from "../postgres/type-change.js";
import { deparseType } from "../sql/deparse.js";
import { identifier } from "../sql/quote.js";
import type { Inverse } from "../undo/inverse.js";
import { alterTable, exact, NOTHING, notThere, sqlName } from "../undo/inverses.js";
import { keepConverted } from "../undo/keep/keep-columns.js";
import type { Made } from "../undo/keep/reconvert.js";
import { withoutTriggers } from "../undo/keep/without-triggers.js";
import { notNullAgain } from "../undo/recreate.js";
import { castsWhole, inverseUsing } from "./inverse-using.js";
import type { AlterColumnType } from "./kinds/alter-column-type.js";
import { resolveTable } from "./resolve.js";

/**
 * Undoes everything that one statement converts in one table at once, so that values of identical rows stay together. `gone`: columns of the table
 * that the statement also drops, and that are not restored yet.
 */
export function convertedBack(
  operations: readonly AlterColumnType[],
  gone: readonly string[],
  before: CatalogIndex,
): Inverse {
  const [first] = operations;
  if (!first) return NOTHING;
  const table = resolveTable(first.table, before);
  const converted: { readonly operation: AlterColumnType; readonly column: ColumnObject }[] = [];
  for (const operation of operations) {
    const column = before.column(table, operation.column);
    if (!column) return notThere("column", operation.column);
    converted.push({ operation, column });
  }
  const back = [...converted].reverse().flatMap(({ operation, column }) => convertBack(operation, table, column));
  const changing = converted.filter(({ operation, column }) => mayChangeValues(operation, column));
  if (changing.length === 0) return exact(...back);
  const columns = changing.map(({ column }) => column);
  const kept = [table, ...inheriting(before, table)].map((each) =>
    keepConverted(first.statement, before, each, columns, gone, madeBy(changing)),
  );
  return {
    class: "lossy",
    statements: [
      ...kept.flatMap(({ forget }) => forget),
      ...back,
      ...kept.flatMap(({ restore }) => restore),
      ...changing.flatMap(({ operation, column }) => filledAgain(operation, before, table, column)),
    ],
    losses: changing.map(({ operation: { column, type } }) => ({
      what: "precision",
      name: `${table.schema}.${table.name}.${column}`,
      reason: `values converted to ${type} may not convert back`,
    })),
    keep: kept.map((each) => each.kept),
  };
}

/** What only the author's USING converts, as long as it is a cast of something more than the column. */
function madeBy(
  changing: readonly { readonly operation: AlterColumnType; readonly column: ColumnObject }[],
): ReadonlyMap<string, Made> {
  return new Map(
    changing.flatMap(({ operation: { using, column: name, type }, operation, column }) =>
      using !== null && isEmptied(operation, column) && castsWhole(using, type) ? [[name, { using, type }]] : [],
    ),
  );
}

/** The way back cannot convert, so it fills the column from the copy. */
function isEmptied(operation: AlterColumnType, { attributes }: ColumnObject): boolean {
  return !isPlain(operation) && inverseUsing(operation, attributes.type) === null;
}

/** Inheriting children keep rows of their own; those of partitions are in their parent's copy. */
function inheriting(before: CatalogIndex, table: TableRef): readonly TableRef[] {
  return before.table(table)?.attributes.relkind === "p" ? [] : descendants(before, table);
}

export function rewritesHeap(operation: AlterColumnType, column: ColumnObject | undefined): boolean {
  if (!column) return true;
  if (!isPlain(operation)) return true;
  return !keepsHeap(column.attributes.type, operation.type);
}

/** `USING c::type` says no more than the type itself. */
function isPlain({ using, type, column }: AlterColumnType): boolean {
  return using === null || isPlainCast(expressionTree(using), type, column, deparseType);
}

/**
 * Whether the conversion, or the one that undoes it, may lose part of a value. A wider integer holds every value of a narrower one; from bpchar the
 * server trims spaces, although it stores a text as it was.
 */
function mayChangeValues(operation: AlterColumnType, column: ColumnObject): boolean {
  const from = column.attributes.type;
  if (!rewritesHeap(operation, column)) return isPadded(operation.type) && !isPadded(from);
  return !(isWideningInteger(from, operation.type) && operation.using === null);
}

/** Whether converting a value back by a cast and then again gives the same value. */
export function convertsByCast({ using, type, column }: AlterColumnType): boolean {
  return using === null || isPlainCastThroughText(expressionTree(using), type, column, deparseType);
}

function isPadded(type: string): boolean {
  return parseType(type)?.base === "character";
}

function isWideningInteger(from: string, to: string): boolean {
  const order = ["smallint", "integer", "bigint"];
  const rank = (type: string) => order.indexOf(parseType(type)?.base ?? "");
  return rank(from) >= 0 && rank(to) > rank(from);
}

/**
 * The column in its old type. Where no assignment cast leads back, it uses an explicit cast; a conversion that only the author's USING knows cannot
 * be reversed, so the column is emptied and filled from the copy.
 */
function convertBack(operation: AlterColumnType, table: TableRef, column: ColumnObject): readonly string[] {
  const name = identifier(operation.column);
  const { type, collation, notNull } = column.attributes;
  const turned = inverseUsing(operation, type);
  const own = !isPlain(operation) && turned === null;
  const plain = truncates(type) ? "" : ` USING ${name}::${type}`;
  const using = own ? ` USING NULL::${type}` : isPlain(operation) ? plain : ` USING ${turned}`;
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

/** A column that was emptied on the way back is NOT NULL again once it has its values; a row added since then gets the default. */
function filledAgain(
  operation: AlterColumnType,
  before: CatalogIndex,
  table: TableRef,
  column: ColumnObject,
): readonly string[] {
  if (!isEmptied(operation, column) || !column.attributes.notNull) return [];
  const name = identifier(operation.column);
  const fill = `UPDATE ${sqlName(table)} SET ${name} = DEFAULT WHERE ${name} IS NULL`;
  return [
    ...(column.attributes.default === null ? [] : withoutTriggers(table, [fill])),
    notNullAgain(before, table, operation.column),
  ];
}
