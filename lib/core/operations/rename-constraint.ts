import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface RenameConstraint extends OperationData {
  readonly kind: "rename-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
  readonly to: string;
}
