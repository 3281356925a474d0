import type { Operation } from "../operations/index.js";
import { identifier, qualified } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { columnOf, doubtAbout, originColumns, type TableState } from "./state/table-state.js";
import { hitQuery, tableName } from "./support/hit-query.js";
import { neutralValue } from "./support/neutral-value.js";
import { rowKey } from "./support/row-key.js";

/** NULLs where a column becomes NOT NULL. */
export const notNull: Probe = {
  code: "probe.not-null",
  derive(operation, { before }) {
    const target = targetOf(operation, before);
    return target ? probesOf(operation, target.table, target.columns) : [];
  },
};

function targetOf(operation: Operation, before: Moment["before"]) {
  if (operation.kind === "set-not-null") {
    const table = before.table(operation.table);
    return table && { table, columns: [operation.column] };
  }
  if (operation.kind !== "add-constraint") return undefined;
  const { constraint } = operation;
  const table = before.table(operation.table);
  if (!table) return undefined;
  if (constraint.type === "not null" && constraint.validated && constraint.enforced)
    return { table, columns: [constraint.column] };
  if (constraint.type === "primary key") {
    const index = table.indexes.find(({ name }) => name === constraint.usingIndex);
    return { table, columns: index?.columns ?? constraint.columns };
  }
  return undefined;
}

function probesOf(operation: Operation, table: TableState, columns: readonly string[]): readonly ProbeDraft[] {
  return columns.flatMap((name) => {
    const column = columnOf(table, name);
    if (!column || column.notNull) return [];
    const alias = identifier(table.name.name);
    const key = rowKey(table, alias, [name]);
    return [
      hitQuery({
        code: notNull.code,
        subject: { kind: "column", name: `${tableName(table)}.${name}` },
        statement: operation.statement,
        meaning: `rows of ${tableName(table)} where ${name} is NULL`,
        body: `FROM ${table.rows.from} AS ${alias} WHERE ${alias}.${identifier(name)} IS NULL`,
        key: key.text,
        order: key.order,
        rows: [table.rows],
        repair: repairOf(table, name),
        doubt: doubtAbout(table, [name]),
      }),
    ];
  });
}

function repairOf(table: TableState, name: string): string | null {
  const column = columnOf(table, name);
  const origin = originColumns(table, [name])?.[0];
  if (!column || origin === undefined || column.generated || !table.origin || !table.sameRows) return null;
  const value = column.default ?? neutralValue(column.type);
  if (value === null) return null;
  const sql = qualified(table.origin.schema, table.origin.name);
  const advice =
    column.default === null
      ? `-- ${name} has no default: write in place of ${value} what a missing value means.\n`
      : "";
  return `${advice}UPDATE ${sql} SET ${identifier(origin)} = ${value} WHERE ${identifier(origin)} IS NULL`;
}
