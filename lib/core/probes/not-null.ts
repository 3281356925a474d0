import type { ConstraintSpec, Operation } from "../operations/index.js";
import { identifier, qualified } from "../sql/quote.js";
import type { Moment, Probe, ProbeDraft } from "./probe.js";
import { columnOf, mayHoldNulls, originColumns, type TableState, uncertaintyOf } from "./state/table-state.js";
import { hitQuery, tableName } from "./support/hit-query.js";
import { rowKey } from "./support/row-key.js";
import { copyAndSet } from "./support/set-aside.js";

/** NULLs where a column becomes NOT NULL. */
export const notNull: Probe = {
  code: "probe.not-null",
  derive(operation, moment) {
    const target = targetOf(operation, moment);
    return target ? probesOf(operation, target) : [];
  },
};

interface Target {
  readonly table: TableState;
  readonly columns: readonly string[];
  /** True for new values in a column that is already NOT NULL. */
  readonly recomputed?: true;
}

function targetOf(operation: Operation, { before, after }: Moment): Target | null {
  if (!("table" in operation) || operation.table === null) return null;
  const table = before.table(operation.table);
  if (!table) return null;
  switch (operation.kind) {
    case "set-not-null":
      return { table, columns: [operation.column] };
    case "set-expression": {
      const column = columnOf(table, operation.column);
      const next = after.table(operation.table);
      return next && operation.expression !== null && column?.notNull
        ? { table: next, columns: [column.name], recomputed: true }
        : null;
    }
    case "validate-constraint": {
      const pending = table.pending.find((each) => each.name === operation.constraint);
      return pending?.type === "not null" ? { table, columns: [pending.column] } : null;
    }
    case "add-constraint":
      return ofConstraint(table, operation.constraint);
    default:
      return null;
  }
}

function ofConstraint(table: TableState, constraint: ConstraintSpec): Target | null {
  if (constraint.type === "not null" && constraint.validated && constraint.enforced)
    return { table, columns: [constraint.column] };
  if (constraint.type !== "primary key") return null;
  const index = table.indexes.find(({ name }) => name === constraint.usingIndex);
  return { table, columns: index?.columns ?? constraint.columns };
}

function probesOf(operation: Operation, { table, columns, recomputed }: Target): readonly ProbeDraft[] {
  return columns.flatMap((name) => {
    const column = columnOf(table, name);
    if (!column || (!mayHoldNulls(table, column) && !recomputed)) return [];
    const alias = identifier(table.name.name);
    const key = rowKey(table, alias, [name]);
    return [
      hitQuery({
        code: notNull.code,
        subject: { kind: "column", name: `${tableName(table)}.${name}` },
        statement: operation.statement,
        meaning: `rows of ${tableName(table)} where ${name} is NULL`,
        // Not IS NULL, which is true of a composite value of NULLs.
        body: `FROM ${table.rows.from} AS ${alias} WHERE ${alias}.${identifier(name)} IS NOT DISTINCT FROM NULL`,
        key: key.text,
        order: key.order,
        rows: [table.rows],
        repair: repairOf(table, name),
        uncertainty: uncertaintyOf(table, [name]),
      }),
    ];
  });
}

/** The default is what the application means by a missing value; nothing else is invented for it. */
function repairOf(table: TableState, name: string): string | null {
  const column = columnOf(table, name);
  const origin = originColumns(table, [name])?.[0];
  if (!column || origin === undefined || column.generated || !table.origin || !table.sameRows) return null;
  const value = column.default;
  if (value === null || /^NULL(::|$)/i.test(value)) return null;
  const sql = qualified(table.origin.schema, table.origin.name);
  const says = `Rows of ${tableName(table)} without a ${name} get its default, ${value}`;
  const chosen = `SELECT tableoid, ctid FROM ${sql} WHERE ${identifier(origin)} IS NULL`;
  return copyAndSet(table.origin, { why: "missing", says }, chosen, { column: origin, value });
}
