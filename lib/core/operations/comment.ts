import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** COMMENT ON, SECURITY LABEL. */
export interface Comment extends OperationData {
  readonly kind: "comment";
  /** The parser's word for the kind of object, in lower case: "table", "column", "function". */
  readonly objectKind: string;
  readonly name: QualifiedName;
  /** The column, constraint, trigger, rule or policy of the table `name`. */
  readonly part: string | null;
  readonly text: string | null;
}
