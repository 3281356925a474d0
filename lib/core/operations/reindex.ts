import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface Reindex extends OperationData {
  readonly kind: "reindex";
  readonly of: "index" | "table" | "schema" | "database" | "system";
  readonly name: QualifiedName;
  readonly concurrently: boolean;
}
