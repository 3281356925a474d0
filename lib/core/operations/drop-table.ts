import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DropTable extends OperationData {
  readonly kind: "drop-table";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}
