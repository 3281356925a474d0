import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ALTER COLUMN … SET DEFAULT or DROP DEFAULT. */
export interface SetDefault extends OperationData {
  readonly kind: "set-default";
  readonly table: QualifiedName;
  readonly column: string;
  /** SQL text; null for DROP DEFAULT. */
  readonly default: string | null;
}
