import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** A property of a whole table that ALTER TABLE sets. */
export type TableOption =
  | "logged"
  | "unlogged"
  | "tablespace"
  | "access method"
  | "parameters"
  | "replica identity"
  | "row security"
  | "cluster on"
  | "inherit"
  | "no inherit"
  | "of type"
  | "owner";

export interface SetTableOption extends OperationData {
  readonly kind: "set-table-option";
  readonly table: QualifiedName;
  readonly option: TableOption;
  /** What it is set to, as SQL text: the owner, the parent, the parameters, `enable`, `disable`, `force`, `no force`. */
  readonly value: string;
}
