import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { cascadesFrom, undoRows } from "../../undo/keep/undo-rows.js";
import { effects, lock, readLocks } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn, needsTable } from "../requirements.js";
import { resolveTable } from "../resolve.js";

/** INSERT, UPDATE, DELETE, MERGE or COPY FROM. One operation per table written, including those in WITH. */
export interface WriteRows extends OperationData {
  readonly kind: "write-rows";
  readonly change: "insert" | "update" | "delete" | "merge" | "copy";
  readonly table: QualifiedName;
  /** Columns that an UPDATE sets or an INSERT names; empty when the statement does not say. */
  readonly columns: readonly string[];
  /** False for an UPDATE or DELETE without WHERE. */
  readonly filtered: boolean;
  /** Other tables that it reads. */
  readonly reads: readonly QualifiedName[];
}

export const writeRows: OperationType<WriteRows> = {
  kind: "write-rows",
  changes: ["tables"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    return effects([...readLocks(operation.reads, before), lock(table, LOCKS["write rows"])], {
      scans: operation.filtered ? [] : [table],
    });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const cascades =
      operation.change === "insert" || operation.change === "copy" ? [table] : cascadesFrom(table, before);
    return undoRows(operation.statement, before, cascades, `its rows are changed by ${operation.change}`);
  },
  requirements(operation) {
    const { table, statement } = operation;
    return [needsTable(table, statement), ...operation.columns.map((column) => needsColumn(table, column, statement))];
  },
};
