import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ALTER COLUMN … SET EXPRESSION AS or DROP EXPRESSION of a generated column. */
export interface SetExpression extends OperationData {
  readonly kind: "set-expression";
  readonly table: QualifiedName;
  readonly column: string;
  /** SQL text; null for DROP EXPRESSION. */
  readonly expression: string | null;
}
