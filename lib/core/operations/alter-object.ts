import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { OtherObjectKind } from "./shapes.js";

/** ALTER of an object that is not a table: its owner, options, version, parameters. */
export interface AlterObject extends OperationData {
  readonly kind: "alter-object";
  readonly objectKind: OtherObjectKind | "index" | "table";
  readonly name: QualifiedName;
  readonly table: QualifiedName | null;
  readonly signature: string | null;
  /** What is altered, in a word or two: "owner", "options", "version". */
  readonly what: string;
}
