import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { OtherObjectKind } from "./shapes.js";

/** ALTER … SET SCHEMA. */
export interface SetSchema extends OperationData {
  readonly kind: "set-schema";
  readonly objectKind: OtherObjectKind | "table";
  readonly name: QualifiedName;
  readonly signature: string | null;
  readonly to: string;
}
