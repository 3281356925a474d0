import type { QualifiedName } from "../contract/contract.js";
import type { OperationData } from "./operation.js";

/** ENABLE or DISABLE of a trigger or rule. */
export interface SetTriggerState extends OperationData {
  readonly kind: "set-trigger-state";
  readonly table: QualifiedName;
  readonly of: "trigger" | "rule";
  /** Its name; null for ALL, `USER` is kept in `scope`. */
  readonly name: string | null;
  readonly scope: "one" | "all" | "user";
  readonly state: "enable" | "disable" | "always" | "replica";
}
