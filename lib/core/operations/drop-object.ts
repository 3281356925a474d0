import type { QualifiedName } from "../contract/contract.js";
import { effects, lock } from "./effects.js";
import { objectsAgain } from "./objects-again.js";
import type { OperationData, OperationType } from "./operation.js";
import { resolveTable } from "./resolve.js";
import type { OtherObjectKind } from "./shapes.js";

export interface DropObject extends OperationData {
  readonly kind: "drop-object";
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  /** Argument types of a function as written; null when none were given. */
  readonly signature: string | null;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropObject: OperationType<DropObject> = {
  kind: "drop-object",
  effects(operation, before) {
    const on = operation.table ?? (HAS_ROWS.has(operation.objectKind) ? operation.name : null);
    return effects(on ? [lock(resolveTable(on, before), "AccessExclusiveLock")] : [], {
      transactionality: OUTSIDE.has(operation.objectKind) ? "outside" : "inside",
    });
  },
  inverse(operation, before) {
    return objectsAgain([operation], before);
  },
  requirements() {
    return [];
  },
};

const HAS_ROWS = new Set(["view", "materialized view"]);
const OUTSIDE = new Set(["database", "tablespace", "subscription"]);
