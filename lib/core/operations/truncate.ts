import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface Truncate extends OperationData {
  readonly kind: "truncate";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
}
