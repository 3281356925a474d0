import type { CatalogObject, ColumnObject, ConstraintObject, ObjectKind } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { create } from "../catalog/repair/create.js";
import { inOrderOfCreation, sameTable } from "../catalog/tables.js";
import type { Statement } from "../sql/statement.js";
import { inOrderOfNeed, neededBy } from "./in-order-of-need.js";
import type { Inverse, Loss } from "./inverse.js";
import { impossible } from "./inverses.js";
import { keepSequences } from "./keep/keep-sequences.js";
import { createSequence, ownedAgain, sequencesAgain } from "./owned-sequences.js";
import {
  addColumnAgain,
  dependentsOfColumn,
  dependentsOn,
  finishColumn,
  identitiesAgain,
  isOwn,
  recreateConstraints,
  recreateTable,
  rowSecurityAgain,
} from "./recreate.js";
import { isBrought, isComputed, rowsOfColumns, rowsOfTables, tableOf } from "./restore-rows.js";

/**
 * The way back of everything that one statement drops, as objects of the schema before it: first what tables are built from, then tables and columns,
 * then their rows, then keys, indexes and foreign keys, then views, functions and triggers. Restoring them one by one would miss what another brings,
 * or bring it a second time. What is on a dropped table goes with it and need not be named.
 */
export function restoreDropped(statement: Statement, before: CatalogIndex, dropped: readonly CatalogObject[]): Inverse {
  const all = [...new Set(dropped)];
  const tables = inOrderOfCreation(before, ofKind(all, "table").map(itself));
  const gone = (object: CatalogObject) => tables.some((each) => sameTable(each, tableOf(object)));
  const columns = ofKind(all, "column")
    .filter((column) => !gone(column))
    .sort((a, b) => a.position - b.position);
  const on = remaining(before, tables, columns, all);
  const others = all.filter((object) => !PARTS.has(object.kind) && !gone(object));
  const parts = [...tables.flatMap((table) => before.columns(table)), ...columns, ...on.constraints, ...on.indexes];
  const { first, last } = around(parts, others);
  const unknown = others.find((object) => object.kind !== "sequence" && create(object, before) === null);
  if (unknown) return impossible(`how the ${unknown.kind} was made is read from the difference of the catalogs`);

  const stored = columns.filter((column) => !isComputed(column));
  const rows = [...rowsOfTables(statement, before, tables), ...rowsOfColumns(statement, before, columns)];
  const owned = sequencesAgain(statement, before, [
    ...tables.map((table) => ({ table, column: null })),
    ...columns.map((column) => ({ table: tableOf(column), column: column.id.name })),
  ]);
  const free = ofKind(others, "sequence");
  const kept = keepSequences(statement, free);
  const make = (objects: readonly CatalogObject[]) =>
    objects.flatMap((object) =>
      object.kind === "sequence" ? [createSequence(object)] : (create(object, before) ?? []),
    );
  const add = (some: readonly ColumnObject[]) =>
    some.filter((column) => !isBrought(column, columns, before)).flatMap(addColumnAgain);
  const losses = [...tables.map(lostTable), ...stored.map(lostColumn)];
  const keep = [...rows.map((each) => each.kept), ...owned.keep, ...kept.keep];
  const statements = [
    ...make(first),
    ...owned.create,
    ...tables.flatMap((table) => recreateTable(before, table)),
    ...add(stored),
    ...rows.flatMap(({ restore }) => restore),
    ...add(columns.filter(isComputed)),
    ...columns.flatMap((column) => finishColumn(before, tableOf(column), column)),
    ...tables.flatMap((table) => identitiesAgain(before, table)),
    ...recreateConstraints(on.constraints.filter((each) => !isForeign(each))),
    ...make(on.indexes),
    ...recreateConstraints(on.constraints.filter(isForeign)),
    ...make([...last, ...on.others]),
    ...tables.flatMap((table) => rowSecurityAgain(before, table)),
    ...owned.attach,
    ...owned.restore,
    ...free.flatMap(ownedAgain),
    ...kept.restore,
  ];
  return keep.length + losses.length === 0
    ? { class: "exact", statements }
    : { class: "lossy", statements, losses, keep };
}

const PARTS: ReadonlySet<string> = new Set(["table", "column", "constraint", "index"]);

/** What tables and columns are built from, whatever its name. */
const FIRST: ReadonlySet<string> = new Set([
  "schema",
  "extension",
  "language",
  "collation",
  "type",
  "domain",
  "sequence",
]);

/** Other objects, split into those created before tables and their parts, and those created after them. */
function around(parts: readonly CatalogObject[], others: readonly CatalogObject[]) {
  const basic = others.filter(({ kind }) => FIRST.has(kind));
  const needed = new Set([...basic, ...neededBy([...parts, ...basic], others)]);
  const isSchema = ({ kind }: CatalogObject) => kind === "schema";
  return {
    first: [...others.filter(isSchema), ...inOrderOfNeed([...needed].filter((each) => !isSchema(each)))],
    last: inOrderOfNeed(others.filter((object) => !needed.has(object))),
  };
}

/** What is created once the rows are back, each once: what is on tables and columns, and what was dropped by its own name. */
function remaining(
  before: CatalogIndex,
  tables: readonly TableRef[],
  columns: readonly ColumnObject[],
  named: readonly CatalogObject[],
) {
  const whole = tables.map((table) => dependentsOn(before, table));
  const all = [...whole, ...columns.map((column) => dependentsOfColumn(before, tableOf(column), column.id.name))];
  const constraints = [...ofKind(named, "constraint"), ...all.flatMap((each) => each.constraints.filter(isOwn))];
  const indexes = [...ofKind(named, "index"), ...all.flatMap((each) => each.indexes.filter(isOwn))];
  return {
    constraints: [...new Set(constraints)].filter((constraint) => !comesWithColumn(constraint, columns)),
    indexes: [...new Set(indexes)],
    others: whole.flatMap((each) => each.others),
  };
}

/** A NOT NULL. */
function comesWithColumn(constraint: ConstraintObject, columns: readonly ColumnObject[]): boolean {
  const { type, columns: names } = constraint.attributes;
  const table = tableOf(constraint);
  return type === "n" && columns.some((column) => sameTable(tableOf(column), table) && names.includes(column.id.name));
}

function isForeign({ attributes }: ConstraintObject): boolean {
  return attributes.type === "f";
}

function lostTable({ schema, name }: TableRef): Loss {
  return { what: "table", name: `${schema}.${name}`, reason: "its rows are gone with the table" };
}

function lostColumn({ id }: ColumnObject): Loss {
  const name = `${id.schema}.${id.table}.${id.name}`;
  return { what: "column", name, reason: "its values are gone with the column" };
}

function itself({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.name };
}

function ofKind<K extends ObjectKind>(
  objects: readonly CatalogObject[],
  kind: K,
): Extract<CatalogObject, { kind: K }>[] {
  return objects.filter((object): object is Extract<CatalogObject, { kind: K }> => object.kind === kind);
}
