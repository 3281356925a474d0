import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface AddEnumValue extends OperationData {
  readonly kind: "add-enum-value";
  readonly type: QualifiedName;
  readonly value: string;
  readonly position: { readonly place: "before" | "after"; readonly neighbour: string } | null;
  readonly ifNotExists: boolean;
}
