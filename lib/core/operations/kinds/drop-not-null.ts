import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact } from "../../undo/inverses.js";
import { notNullAgain } from "../../undo/recreate.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface DropNotNull extends OperationData {
  readonly kind: "drop-not-null";
  readonly table: QualifiedName;
  readonly column: string;
}

export const dropNotNull: OperationType<DropNotNull> = {
  kind: "drop-not-null",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), LOCKS["alter table"]));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    if (before.column(table, operation.column)?.attributes.notNull === false) return exact();
    return exact(notNullAgain(before, table, operation.column));
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      needsColumn(table, column, statement),
      needsColumn(table, column, statement, { when: "after", nullable: true }),
    ];
  },
};
