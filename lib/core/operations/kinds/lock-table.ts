import type { LockMode } from "../../postgres/lock-modes.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface LockTable extends OperationData {
  readonly kind: "lock-table";
  readonly table: QualifiedName;
  readonly mode: LockMode;
}

export const lockTable: OperationType<LockTable> = {
  kind: "lock-table",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), operation.mode));
  },
  inverse() {
    return NOTHING;
  },
  requirements() {
    return [];
  },
};
