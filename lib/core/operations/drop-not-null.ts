import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DropNotNull extends OperationData {
  readonly kind: "drop-not-null";
  readonly table: QualifiedName;
  readonly column: string;
}
