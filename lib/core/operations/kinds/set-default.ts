import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

/** ALTER COLUMN … SET DEFAULT or DROP DEFAULT. */
export interface SetDefault extends OperationData {
  readonly kind: "set-default";
  readonly table: QualifiedName;
  readonly column: string;
  /** SQL text; null for DROP DEFAULT. */
  readonly default: string | null;
}

export const setDefault: OperationType<SetDefault> = {
  kind: "set-default",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), LOCKS["alter table"]));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const column = before.column(table, operation.column);
    if (!column) return notThere("column", operation.column);
    const was = column.attributes.default;
    const action = was === null ? "DROP DEFAULT" : `SET DEFAULT ${was}`;
    return exact(alterTable(table, `ALTER COLUMN ${identifier(operation.column)} ${action}`));
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      needsColumn(table, column, statement),
      needsColumn(table, column, statement, { when: "after", default: operation.default }),
    ];
  },
};
