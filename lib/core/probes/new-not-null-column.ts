import type { Probe } from "./probe.js";
import { failingRows } from "./support/failing-rows.js";
import { tableName } from "./support/hit-query.js";

/** Rows for which a new NOT NULL column without a default has no value. */
export const newNotNullColumn: Probe = {
  code: "probe.new-not-null-column",
  derive(operation, { before }) {
    if (operation.kind !== "add-column") return [];
    const { column, ifNotExists } = operation;
    const table = before.table(operation.table);
    if (!table || (ifNotExists && table.columns.some(({ name }) => name === column.name))) return [];
    const hasValue = column.serial || column.identity !== "" || column.generated !== "" || hasDefault(column.default);
    const primary = column.constraints.some(({ type }) => type === "primary key");
    if (hasValue || !(column.notNull || primary)) return [];
    const query = failingRows(before, {
      code: newNotNullColumn.code,
      subject: { kind: "column", name: `${tableName(table)}.${column.name}` },
      statement: operation.statement,
      meaning: `rows of ${tableName(table)} that the new column ${column.name} has no value for`,
      table,
      condition: "true",
      columns: table.key,
      own: false,
      why: "unfit",
      set: null,
    });
    // The statement must change, not the rows.
    return [{ ...query, repair: null }];
  },
};

function hasDefault(text: string | null): boolean {
  return text !== null && !/^NULL(::|$)/i.test(text);
}
