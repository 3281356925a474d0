import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { ColumnSpec, ConstraintSpec } from "./shapes.js";

/** CREATE TABLE, also UNLOGGED, INHERITS, PARTITION BY and PARTITION OF. */
export interface CreateTable extends OperationData {
  readonly kind: "create-table";
  readonly table: QualifiedName;
  readonly columns: readonly ColumnSpec[];
  /** Table constraints, and those written beside a column except NOT NULL. */
  readonly constraints: readonly ConstraintSpec[];
  readonly like: readonly QualifiedName[];
  readonly inherits: readonly QualifiedName[];
  readonly partitionOf: { readonly parent: QualifiedName; readonly bound: string } | null;
  readonly partitioned: boolean;
  readonly persistence: "p" | "u" | "t";
  readonly ifNotExists: boolean;
}
