import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface ValidateConstraint extends OperationData {
  readonly kind: "validate-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
}
