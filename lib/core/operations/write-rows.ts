import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** INSERT, UPDATE, DELETE, MERGE or COPY FROM. One operation per table written, those in WITH included. */
export interface WriteRows extends OperationData {
  readonly kind: "write-rows";
  readonly change: "insert" | "update" | "delete" | "merge" | "copy";
  readonly table: QualifiedName;
  /** Columns that an UPDATE sets or an INSERT names; empty when the statement does not say. */
  readonly columns: readonly string[];
  /** False for an UPDATE or DELETE that has no WHERE. */
  readonly filtered: boolean;
  /** Other tables that it reads. */
  readonly reads: readonly QualifiedName[];
}
