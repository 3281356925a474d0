import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { identifier } from "../../sql/quote.js";
import { sqlName } from "../inverses.js";
import { stored, storedAs } from "./copy.js";

/**
 * How a row is found again: by a key or a unique index where the table has one, otherwise by its whole content and a number among the rows with the
 * same content, which are interchangeable.
 */
export type Identity =
  | { readonly by: "key"; readonly columns: readonly ColumnObject[] }
  | { readonly by: "content"; readonly columns: readonly ColumnObject[] };

/** `without`: columns that will not exist, or will not have the same values, when the rows are looked up. */
export function identityOf(before: CatalogIndex, table: TableRef, without: readonly string[] = []): Identity {
  const columns = before.columns(table).filter(({ id }) => !without.includes(id.name));
  const named = (names: readonly string[]) => names.flatMap((name) => columns.filter(({ id }) => id.name === name));
  for (const type of ["p", "u"] as const) {
    for (const { attributes } of before.constraints(table)) {
      const key = named(attributes.columns);
      const usable = key.length === attributes.columns.length && key.every((column) => column.attributes.notNull);
      if (attributes.type === type && attributes.validated && usable) return { by: "key", columns: key };
    }
  }
  for (const { attributes } of before.indexes(table)) {
    const key = attributes.keys.flatMap((text) =>
      columns.filter(({ id }) => text === id.name || text === identifier(id.name)),
    );
    const usable = key.length === attributes.keys.length && key.every((column) => column.attributes.notNull);
    if (attributes.unique && attributes.valid && attributes.predicate === null && usable)
      return { by: "key", columns: key };
  }
  return { by: "content", columns: columns.filter((column) => column.attributes.generated === "") };
}

const CONTENT = identifier("$row");
const NUMBER = identifier("$n");

/** Names of the columns that identify a row in a copy. */
export function identityColumns(identity: Identity): readonly string[] {
  return identity.by === "key" ? identity.columns.map(({ id }) => identifier(id.name)) : [CONTENT, NUMBER];
}

export function sameRow(identity: Identity, a: string, b: string): string {
  return identityColumns(identity)
    .map((column) => `${a}.${column} = ${b}.${column}`)
    .join(" AND ");
}

/** A query over the table `t` as it is now: what identifies each row, `columns` in their kept form, and `values` as SQL. */
export function rowsOf(
  before: CatalogIndex,
  table: TableRef,
  identity: Identity,
  columns: readonly ColumnObject[],
  values: readonly string[] = [],
): string {
  const list = [...columns.map((column) => storedAs(column, "t")), ...values];
  const others = identity.by === "key" ? missingKeys(identity, columns) : contentColumns(identity);
  return `SELECT ${[...others, ...list].join(", ")} FROM ${source(before, table)} t`;
}

/** The same with each row's physical place, for statements that change the table. */
export function placedRows(
  before: CatalogIndex,
  table: TableRef,
  identity: Identity,
  columns: readonly ColumnObject[],
  values: readonly string[] = [],
): string {
  return rowsOf(before, table, identity, columns, ['t.ctid AS "$at"', 't.tableoid AS "$in"', ...values]);
}

function missingKeys(identity: Identity, columns: readonly ColumnObject[]): string[] {
  return identity.columns.filter((key) => !columns.includes(key)).map((key) => storedAs(key, "t"));
}

function contentColumns(identity: Identity): string[] {
  const content = `row(${identity.columns.map((column) => stored(column, "t")).join(", ")})::text`;
  return [
    `${content} AS ${CONTENT}`,
    `row_number() OVER (PARTITION BY ${content} ORDER BY t.tableoid, t.ctid) AS ${NUMBER}`,
  ];
}

/**
 * SQL of ours that reads a table by its names from before a statement, for a moment when the table or its columns have other names: `now` is the
 * table by then, `columns` the name of each column by then.
 */
export function byNamesOfNow(
  sql: string,
  before: CatalogIndex,
  table: TableRef,
  now: TableRef,
  columns: ReadonlyMap<string, string>,
): string {
  const list = [
    "t.ctid",
    "t.tableoid",
    ...[...columns].map(([was, is]) => `t.${identifier(is)} AS ${identifier(was)}`),
  ];
  const only = source(before, table).slice(0, -sqlName(table).length);
  return sql.replaceAll(
    `FROM ${source(before, table)} t`,
    () => `FROM (SELECT ${list.join(", ")} FROM ${only}${sqlName(now)} t) t`,
  );
}

/** Inheriting children keep rows of their own; the partitions of a partitioned table belong to it. */
export function source(before: CatalogIndex, table: TableRef): string {
  const partitioned = before.table(table)?.attributes.relkind === "p";
  return partitioned ? sqlName(table) : `ONLY ${sqlName(table)}`;
}
