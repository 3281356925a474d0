import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

export interface RefreshView extends OperationData {
  readonly kind: "refresh-view";
  readonly view: QualifiedName;
  readonly concurrently: boolean;
}

export const refreshView: OperationType<RefreshView> = {
  kind: "refresh-view",
  effects(operation, before) {
    const view = resolveTable(operation.view, before);
    return effects([lock(view, operation.concurrently ? "ExclusiveLock" : "AccessExclusiveLock")]);
  },
  /** A materialized view holds nothing that its query would not give again. */
  inverse() {
    return NOTHING;
  },
  requirements() {
    return [];
  },
};
