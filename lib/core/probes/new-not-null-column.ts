import { resolveTable } from "../operations/resolve.js";
import type { Probe } from "./probe.js";
import { countRows, holdsRows, humanTable, rowKey, sqlTable } from "./rows-sql.js";

const CODE = "probe.new-not-null-column";

/** Rows for which a new NOT NULL column without a default has no value. */
export const newNotNullColumn: Probe = {
  code: CODE,
  derive(operation, { before: { catalog: before } }) {
    if (operation.kind !== "add-column") return [];
    const { column } = operation;
    const table = resolveTable(operation.table, before);
    const hasValue = column.default !== null || column.serial || column.identity !== "" || column.generated !== "";
    if (!column.notNull || hasValue || !holdsRows(before, table) || before.column(table, column.name)) return [];
    return [
      countRows({
        code: CODE,
        statement: operation.statement,
        subject: { kind: "column", name: `${humanTable(table)}.${column.name}` },
        meaning: `rows of ${humanTable(table)} that the new column ${column.name} has no value for`,
        rows: `FROM ${sqlTable(table)} t`,
        key: rowKey(before, table, "t"),
        repair: null,
        reads: [table],
      }),
    ];
  },
};
