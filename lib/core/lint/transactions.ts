import type { ParsedStatement } from "../sql/statement.js";
import { as } from "../sql/tree.js";
import type { LintScript, Transaction } from "./lint-statement.js";

/** Tells for each statement of a script, in order, in which transaction it runs. Ids are unique within one tracker. */
export class TransactionTracker {
  private next = 0;
  private current: Transaction | null = null;
  private script: LintScript | null = null;

  begin(script: LintScript): void {
    this.script = script;
    this.current = script.transaction === "single" ? this.open(false) : null;
  }

  /** BEGIN and COMMIT belong to the transaction that they delimit. */
  place(statement: ParsedStatement): Transaction | null {
    const kind = as(statement.node, "TransactionStmt")?.kind;
    if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") this.current ??= this.open(true);
    const transaction = this.current;
    if (kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK") this.current = null;
    if (this.script?.commits?.includes(statement.index)) this.current = this.open(false);
    return transaction;
  }

  /** A transaction around a single statement. */
  alone(): Transaction {
    return this.open(false);
  }

  private open(explicit: boolean): Transaction {
    this.next += 1;
    return { id: this.next, explicit };
  }
}
