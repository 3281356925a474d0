import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { ForeignKeySpec } from "../operations/index.js";
import { resolveTable } from "../operations/resolve.js";
import { identifier } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.foreign-key";

/** Rows whose foreign key points at nothing. */
export const foreignKey: Probe = {
  code: CODE,
  derive(operation, before) {
    if (operation.kind === "add-constraint" && operation.constraint.type === "foreign key") {
      return orphansOf(operation.constraint, resolveTable(operation.table, before), operation.statement, before);
    }
    if (operation.kind !== "validate-constraint") return [];
    const table = resolveTable(operation.table, before);
    const constraint = before.constraints(table).find(({ id }) => id.name === operation.constraint);
    const references = constraint?.attributes.references;
    if (!constraint || !references || constraint.attributes.validated) return [];
    const parent = { schema: references.schema, name: references.table };
    const full = /\bMATCH FULL\b/.test(constraint.definition ?? "");
    const keys = { columns: constraint.attributes.columns, referenced: references.columns, full };
    return [orphans(table, parent, keys, operation.statement, before)];
  },
};

function orphansOf(
  constraint: ForeignKeySpec,
  table: TableRef,
  statement: Statement,
  before: CatalogIndex,
): readonly ProbeQuery[] {
  // NOT VALID and NOT ENFORCED do not look at the rows that are there; a period is compared by overlap, not equality.
  if (!constraint.validated || !constraint.enforced || constraint.period) return [];
  const parent = resolveTable(constraint.references, before);
  const primary =
    before.constraints(parent).find(({ attributes }) => attributes.type === "p")?.attributes.columns ?? [];
  const referenced = constraint.referencedColumns.length > 0 ? constraint.referencedColumns : primary;
  if (!holdsRows(before, table, constraint.columns) || !holdsRows(before, parent, referenced)) return [];
  if (referenced.length !== constraint.columns.length) return [];
  const keys = { columns: constraint.columns, referenced, full: constraint.match === "full" };
  return [orphans(table, parent, keys, statement, before)];
}

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
