import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

/** ALTER CONSTRAINT: deferrability, enforcement, inheritance. */
export interface AlterConstraint extends OperationData {
  readonly kind: "alter-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
  /** True for ENFORCED, which checks existing rows; null where enforcement does not change. */
  readonly enforced: boolean | null;
}

export const alterConstraint: OperationType<AlterConstraint> = {
  kind: "alter-constraint",
  changes: [],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    return effects(lockTree(before, table, LOCKS["alter table"]));
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const constraint = before.constraints(table).find(({ id }) => id.name === operation.constraint);
    if (!constraint) return notThere("constraint", operation.constraint);
    const { deferrable, deferred } = constraint.attributes;
    const timing = deferrable ? `DEFERRABLE INITIALLY ${deferred ? "DEFERRED" : "IMMEDIATE"}` : "NOT DEFERRABLE";
    return exact(alterTable(table, `ALTER CONSTRAINT ${identifier(operation.constraint)} ${timing}`));
  },
  requirements() {
    return [];
  },
};
