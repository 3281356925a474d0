import { NOTHING } from "../../undo/inverses.js";
import { NO_EFFECTS } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";

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

export const transactionControl: OperationType<TransactionControl> = {
  kind: "transaction-control",
  changes: [],
  evaluates: false,
  effects() {
    return NO_EFFECTS;
  },
  inverse() {
    return NOTHING;
  },
  requirements() {
    return [];
  },
};
