import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface RenameConstraint extends OperationData {
  readonly kind: "rename-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
  readonly to: string;
}

export const renameConstraint: OperationType<RenameConstraint> = {
  kind: "rename-constraint",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    return effects(lockTree(before, resolveTable(operation.table, before), LOCKS["alter table"]));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    return exact(
      alterTable(table, `RENAME CONSTRAINT ${identifier(operation.to)} TO ${identifier(operation.constraint)}`),
    );
  },
  requirements() {
    return [];
  },
};
