import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { ProbeQuery } from "./probe.js";
import { countRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.foreign-key";

interface Keys {
  readonly columns: readonly string[];
  readonly referenced: readonly string[];
  /** MATCH FULL: either all columns are NULL or none is. */
  readonly full: boolean;
}

/** Also for constraints that are there and that the rows contradict. */
export function orphans(
  table: TableRef,
  parent: TableRef,
  keys: Keys,
  statement: Statement,
  before: CatalogIndex,
): ProbeQuery {
  const columns = keys.columns.map((column) => `t.${identifier(column)}`);
  const pairs = keys.columns.map(
    (column, at) => `p.${identifier(keys.referenced[at] ?? "")} = t.${identifier(column)}`,
  );
  const missing = `NOT EXISTS (SELECT FROM ${sqlTable(parent)} p WHERE ${pairs.join(" AND ")})`;
  const complete = columns.map((column) => `${column} IS NOT NULL`).join(" AND ");
  const partly = `(${columns.map((column) => `${column} IS NULL`).join(" OR ")}) AND NOT (${columns.map((column) => `${column} IS NULL`).join(" AND ")})`;
  const condition =
    keys.full && columns.length > 1 ? `((${complete} AND ${missing}) OR (${partly}))` : `${complete} AND ${missing}`;
  const list = keys.columns.join(", ");
  return countRows({
    code: CODE,
    statement,
    subject: { kind: "table", name: humanTable(table) },
    meaning: `rows of ${humanTable(table)} whose (${list}) is not in ${humanTable(parent)} (${keys.referenced.join(", ")})`,
    rows: `FROM ${sqlTable(table)} t WHERE ${condition}`,
    key: rowKey(before, table, "t"),
    repair: repair(table, keys.columns, condition, before),
    reads: [table, parent],
  });
}

/** The pointer is taken away where the columns allow it, else the row. */
function repair(table: TableRef, columns: readonly string[], condition: string, before: CatalogIndex): string {
  const nullable = columns.every((column) => before.column(table, column)?.attributes.notNull === false);
  if (!nullable) return `DELETE FROM ${sqlTable(table)} t WHERE ${condition}`;
  const sets = columns.map((column) => `${identifier(column)} = NULL`).join(", ");
  return `UPDATE ${sqlTable(table)} t SET ${sets} WHERE ${condition}`;
}
