import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { ColumnSpec } from "./shapes.js";

export interface AddColumn extends OperationData {
  readonly kind: "add-column";
  readonly table: QualifiedName;
  readonly column: ColumnSpec;
  readonly ifNotExists: boolean;
}
