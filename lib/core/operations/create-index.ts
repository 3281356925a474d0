import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { IndexKey } from "./shapes.js";

export interface CreateIndex extends OperationData {
  readonly kind: "create-index";
  readonly table: QualifiedName;
  /** Null when the server will choose the name. */
  readonly name: string | null;
  readonly unique: boolean;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly IndexKey[];
  /** SQL text of WHERE. */
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  readonly concurrently: boolean;
  readonly ifNotExists: boolean;
  /** `ON ONLY`: not on the partitions. */
  readonly only: boolean;
}
