import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";
import type { CheckSpec } from "./shapes.js";

/** ALTER DOMAIN: its default, NOT NULL or a constraint. */
export interface AlterDomain extends OperationData {
  readonly kind: "alter-domain";
  readonly domain: QualifiedName;
  readonly change:
    | "add constraint"
    | "drop constraint"
    | "validate constraint"
    | "set not null"
    | "drop not null"
    | "set default";
  /** The name of the constraint that is dropped or validated. */
  readonly constraint: string | null;
  /** The constraint that is added. `VALUE` stands for the value. */
  readonly check: CheckSpec | null;
  /** SQL text of the new default; null for none. */
  readonly default: string | null;
}
