import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** VACUUM, ANALYZE, CLUSTER, CHECKPOINT. */
export interface Maintain extends OperationData {
  readonly kind: "maintain";
  readonly command: "vacuum" | "vacuum full" | "analyze" | "cluster" | "checkpoint";
  /** Null for the whole database. */
  readonly table: QualifiedName | null;
}
