import type { QualifiedName } from "../contract/contract.js";
import type { LockMode, OperationData } from "./operation.js";

export interface LockTable extends OperationData {
  readonly kind: "lock-table";
  readonly table: QualifiedName;
  readonly mode: LockMode;
}
