import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface RenameEnumValue extends OperationData {
  readonly kind: "rename-enum-value";
  readonly type: QualifiedName;
  readonly value: string;
  readonly to: string;
}
