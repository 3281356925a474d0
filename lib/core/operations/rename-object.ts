import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { OtherObjectKind } from "./shapes.js";

/** RENAME of an object that is not a table, column or constraint. */
export interface RenameObject extends OperationData {
  readonly kind: "rename-object";
  readonly objectKind: OtherObjectKind | "index";
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  readonly signature: string | null;
  readonly to: string;
}
