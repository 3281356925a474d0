import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ATTACH PARTITION of a table, or of an index. */
export interface AttachPartition extends OperationData {
  readonly kind: "attach-partition";
  readonly of: "table" | "index";
  readonly parent: QualifiedName;
  readonly partition: QualifiedName;
  /** `FOR VALUES …` or `DEFAULT`; empty for an index. */
  readonly bound: string;
}
