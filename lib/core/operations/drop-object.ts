import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
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
