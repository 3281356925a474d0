import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { ConstraintSpec } from "./shapes.js";

export interface AddConstraint extends OperationData {
  readonly kind: "add-constraint";
  readonly table: QualifiedName;
  readonly constraint: ConstraintSpec;
}
