import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { resolveTable } from "../operations/resolve.js";
import { identifier } from "../sql/quote.js";
import type { Statement } from "../sql/statement.js";
import { plainValue } from "./plain-value.js";
import type { Probe, ProbeQuery } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.not-null";

/** NULLs in a column that becomes NOT NULL, by itself or as part of a primary key. */
export const notNull: Probe = {
  code: CODE,
  derive(operation, before) {
    if (operation.kind === "set-not-null") {
      return nullsIn(resolveTable(operation.table, before), [operation.column], operation.statement, before);
    }
    if (operation.kind !== "add-constraint") return [];
    const table = resolveTable(operation.table, before);
    const { constraint } = operation;
    if (constraint.type === "not null" && constraint.validated) {
      return nullsIn(table, [constraint.column], operation.statement, before);
    }
    if (constraint.type !== "primary key") return [];
    const index = constraint.usingIndex;
    const keys = before.indexes(table).find(({ id }) => id.name === index)?.attributes.keys ?? [];
    const columns =
      index === null
        ? constraint.columns
        : before
            .columns(table)
            .map(({ id }) => id.name)
            .filter((name) => keys.includes(name));
    return nullsIn(table, columns, operation.statement, before);
  },
};

function nullsIn(
  table: TableRef,
  columns: readonly string[],
  statement: Statement,
  before: CatalogIndex,
): readonly ProbeQuery[] {
  return columns.flatMap((name) => {
    const column = before.column(table, name);
    if (!column || column.attributes.notNull || !holdsRows(before, table)) return [];
    return [nulls(table, column, statement, before)];
  });
}

function nulls(table: TableRef, column: ColumnObject, statement: Statement, before: CatalogIndex): ProbeQuery {
  const name = identifier(column.id.name);
  const value = column.attributes.default ?? plainValue(column, before);
  const repair = value === null ? null : `UPDATE ${sqlTable(table)} SET ${name} = ${value} WHERE ${name} IS NULL`;
  const subject = `${humanTable(table)}.${column.id.name}`;
  return countRows({
    code: CODE,
    statement,
    subject: { kind: "column", name: subject },
    meaning: `rows of ${humanTable(table)} where ${column.id.name} is NULL`,
    rows: `FROM ${sqlTable(table)} t WHERE t.${name} IS NULL`,
    key: rowKey(before, table, "t"),
    repair,
    reads: [table],
  });
}
