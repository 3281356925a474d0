import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

export interface AlterColumnType extends OperationData {
  readonly kind: "alter-column-type";
  readonly table: QualifiedName;
  readonly column: string;
  /** As written, in the parser's spelling. */
  readonly type: string;
  /** SQL text of USING; null for the assignment cast. */
  readonly using: string | null;
  readonly collation: string | null;
}
