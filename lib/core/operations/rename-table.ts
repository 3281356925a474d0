import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface RenameTable extends OperationData {
  readonly kind: "rename-table";
  readonly table: QualifiedName;
  readonly to: string;
  readonly ifExists: boolean;
}
