import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** A column of a table, view or composite type under another name. */
export interface RenameColumn extends OperationData {
  readonly kind: "rename-column";
  readonly table: QualifiedName;
  readonly column: string;
  readonly to: string;
  readonly of: "table" | "view" | "materialized view" | "type";
}
