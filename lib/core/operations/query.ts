import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** A SELECT, VALUES, SHOW or EXPLAIN: reads, and runs the functions that it calls. */
export interface Query extends OperationData {
  readonly kind: "query";
  readonly reads: readonly QualifiedName[];
  /** Names of functions it calls, e.g. `setval`. */
  readonly functions: readonly string[];
}
