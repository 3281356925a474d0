import type { OperationData } from "./operation.js";

/** BEGIN, COMMIT, ROLLBACK, SAVEPOINT, SET CONSTRAINTS and PREPARE TRANSACTION. */
export interface TransactionControl extends OperationData {
  readonly kind: "transaction-control";
  readonly command:
    | "begin"
    | "commit"
    | "rollback"
    | "savepoint"
    | "release"
    | "rollback to"
    | "prepare"
    | "set constraints";
}
