import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DropColumn extends OperationData {
  readonly kind: "drop-column";
  readonly table: QualifiedName;
  readonly column: string;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}
