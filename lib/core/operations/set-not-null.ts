import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface SetNotNull extends OperationData {
  readonly kind: "set-not-null";
  readonly table: QualifiedName;
  readonly column: string;
}
