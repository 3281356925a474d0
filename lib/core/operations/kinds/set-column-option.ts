import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { impossible } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** ALTER COLUMN … SET STATISTICS, STORAGE, COMPRESSION or (n_distinct = …). */
export interface SetColumnOption extends OperationData {
  readonly kind: "set-column-option";
  readonly table: QualifiedName;
  readonly column: string;
  readonly option: "statistics" | "storage" | "compression" | "parameters";
}

const OPTION_LOCKS = {
  statistics: LOCKS["set statistics"],
  parameters: LOCKS["set column parameters"],
  storage: LOCKS["alter table"],
  compression: LOCKS["alter table"],
};

export const setColumnOption: OperationType<SetColumnOption> = {
  kind: "set-column-option",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), OPTION_LOCKS[operation.option]));
  },
  inverse() {
    return impossible("what the option was is read from the difference of the catalogs");
  },
  requirements(operation) {
    return [needsColumn(operation.table, operation.column, operation.statement)];
  },
};
