import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface RefreshView extends OperationData {
  readonly kind: "refresh-view";
  readonly view: QualifiedName;
  readonly concurrently: boolean;
}
