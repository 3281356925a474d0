import { as } from "../../sql/tree.js";
import { ALL_VERSIONS, type Report, type Rule } from "./rule.js";

export const transactionControl: Rule = {
  id: "SG093",
  slug: "transaction-control",
  title: "BEGIN and COMMIT that do not fit",
  condition:
    "BEGIN, COMMIT or ROLLBACK in a file that the framework wraps in a transaction; a BEGIN that nothing ends; a COMMIT that nothing began.",
  effect:
    "A COMMIT ends the framework's own transaction, so that a later failure undoes half and the ledger is wrong; a BEGIN without COMMIT undoes everything when the connection closes.",
  workaround: "Leave transactions to the framework, or switch its wrapping off for the file.",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: ["TransactionStmt"],
  *check(statement, known) {
    const kind = as(statement.node, "TransactionStmt")?.kind;
    const begins = kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START";
    const ends = kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK";
    if (!begins && !ends) return;
    const about = (message: string, severity: "error" | "warning", text: string): Report => ({
      statement,
      subject: { kind: "statement", name: statement.sql },
      severity,
      message,
      remedy: { text },
    });
    if (statement.script.transaction === "single") {
      const text = "Take it out, or switch the wrapping off for this file.";
      if (ends)
        yield about(
          "This ends the transaction that the framework opened; what follows is no longer undone by a failure.",
          "error",
          text,
        );
      else
        yield about(
          "The framework has already opened a transaction; the server only warns, and the next COMMIT ends both.",
          "warning",
          text,
        );
      return;
    }
    const before = known.previous(statement)?.transaction;
    if (begins && before && before.id === statement.transaction?.id) {
      yield about(
        "A transaction is open already; the server only warns, and the next COMMIT ends both.",
        "warning",
        "Take one of the two out.",
      );
    }
    if (ends && !statement.transaction) {
      yield about(
        "No transaction is open here; the server only warns, and each statement before it has been committed by itself.",
        "warning",
        "Put BEGIN where it should start.",
      );
    }
  },
  *finish(known) {
    const open = new Map<number, Report>();
    for (const statement of known.passed("TransactionStmt")) {
      const { transaction } = statement;
      if (!transaction?.explicit) continue;
      const kind = as(statement.node, "TransactionStmt")?.kind;
      if (kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK" || kind === "TRANS_STMT_PREPARE")
        open.delete(transaction.id);
      else if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") {
        open.set(transaction.id, {
          statement,
          subject: { kind: "statement", name: statement.sql },
          message: "Nothing ends this transaction: when the connection closes, everything after it is undone.",
          remedy: { text: "End it.", sql: "COMMIT;" },
        });
      }
    }
    yield* open.values();
  },
};
