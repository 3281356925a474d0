import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ALTER COLUMN … SET STATISTICS, STORAGE, COMPRESSION or (n_distinct = …). */
export interface SetColumnOption extends OperationData {
  readonly kind: "set-column-option";
  readonly table: QualifiedName;
  readonly column: string;
  readonly option: "statistics" | "storage" | "compression" | "parameters";
}
