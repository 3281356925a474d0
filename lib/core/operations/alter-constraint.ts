import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ALTER CONSTRAINT: deferrability, enforcement, inheritance. */
export interface AlterConstraint extends OperationData {
  readonly kind: "alter-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
}
