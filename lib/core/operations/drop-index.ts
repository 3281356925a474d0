import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DropIndex extends OperationData {
  readonly kind: "drop-index";
  readonly index: QualifiedName;
  readonly concurrently: boolean;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}
