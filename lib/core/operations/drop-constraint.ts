import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DropConstraint extends OperationData {
  readonly kind: "drop-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}
