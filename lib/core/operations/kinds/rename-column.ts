import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { exact, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** Renames a column of a table, view or composite type. */
export interface RenameColumn extends OperationData {
  readonly kind: "rename-column";
  readonly table: QualifiedName;
  readonly column: string;
  readonly to: string;
  readonly of: "table" | "view" | "materialized view" | "type";
}

export const renameColumn: OperationType<RenameColumn> = {
  kind: "rename-column",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    if (operation.of === "type") return effects([]);
    return effects(
      operation.of === "table" ? lockTree(before, table, LOCKS["alter table"]) : [lock(table, LOCKS["alter table"])],
    );
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const word = operation.of === "type" ? "ATTRIBUTE" : "COLUMN";
    const from = identifier(operation.to);
    const to = identifier(operation.column);
    return exact(`ALTER ${operation.of.toUpperCase()} ${sqlName(table)} RENAME ${word} ${from} TO ${to}`);
  },
  requirements(operation) {
    if (operation.of !== "table") return [];
    return [
      needsColumn(operation.table, operation.column, operation.statement),
      needsColumn(operation.table, operation.to, operation.statement, { when: "after" }),
      needsColumn(operation.table, operation.column, operation.statement, { when: "after", present: false }),
    ];
  },
};
