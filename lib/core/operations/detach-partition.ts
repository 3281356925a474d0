import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface DetachPartition extends OperationData {
  readonly kind: "detach-partition";
  readonly parent: QualifiedName;
  readonly partition: QualifiedName;
  readonly concurrently: boolean;
  /** FINALIZE of an interrupted concurrent detach. */
  readonly finalize: boolean;
}
