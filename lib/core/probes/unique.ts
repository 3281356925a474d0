import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { Operation } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import { identifier } from "../sql/quote.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.unique";

/** Rows that share a key which becomes unique; the first of each key is not counted. */
export const unique: Probe = {
  code: CODE,
  derive(operation, before) {
    const key = newKey(operation, before);
    if (!key || !holdsRows(before, key.table, key.columns)) return [];
    return [duplicates(operation, key, before)];
  },
};

interface Key {
  readonly table: TableRef;
  /** Plain columns of the key, to see that they are there. */
  readonly columns: readonly string[];
  readonly expressions: readonly string[];
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
}

function newKey(operation: Operation, before: CatalogIndex): Key | null {
  if (operation.kind === "create-index" && operation.unique) {
    const { keys, predicate, nullsNotDistinct } = operation;
    const expressions = keys.map(
      ({ expression, collation }) => expression + (collation === null ? "" : ` COLLATE ${collation}`),
    );
    const columns = keys.flatMap(({ column }) => (column === null ? [] : [column]));
    return { table: resolveTable(operation.table, before), columns, expressions, predicate, nullsNotDistinct };
  }
  if (operation.kind !== "add-constraint") return null;
  const { constraint } = operation;
  if (constraint.type !== "unique" && constraint.type !== "primary key") return null;
  // An index that is there has already refused duplicates.
  if (constraint.usingIndex !== null || constraint.withoutOverlaps) return null;
  const { columns, nullsNotDistinct } = constraint;
  const table = resolveTable(operation.table, before);
  return { table, columns, expressions: columns.map(identifier), predicate: null, nullsNotDistinct };
}

function duplicates(operation: Operation, key: Key, before: CatalogIndex): ProbeQuery {
  const { table, expressions } = key;
  const list = expressions.join(", ");
  const primary = before.constraints(table).find(({ attributes }) => attributes.type === "p")?.attributes.columns ?? [];
  const order = [...primary.map(identifier), "tableoid", "ctid"].join(", ");
  const conditions = [
    ...(key.predicate === null ? [] : [`(${key.predicate})`]),
    ...(key.nullsNotDistinct ? [] : expressions.map((expression) => `(${expression}) IS NOT NULL`)),
  ];
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
  const numbered = `(SELECT *, tableoid AS "$in", ctid AS "$at", row_number() OVER (PARTITION BY ${list} ORDER BY ${order}) AS "$n"
    FROM ${sqlTable(table)}${where})`;
  const rowName = primary.length > 0 ? rowKey(before, table, "t") : 't."$at"::text';
  return countRows({
    code: CODE,
    statement: operation.statement,
    subject: { kind: "table", name: humanTable(table) },
    meaning: `rows of ${humanTable(table)} that repeat a value of (${list})`,
    rows: `FROM ${numbered} t WHERE t."$n" > 1`,
    key: rowName,
    repair: `DELETE FROM ${sqlTable(table)} d USING ${numbered} t WHERE t."$n" > 1 AND d.ctid = t."$at" AND d.tableoid = t."$in"`,
    reads: [table],
  });
}
