import { refusedInTransaction } from "../../postgres/transactionality.js";
import { ALL_VERSIONS, type Rule } from "./rule.js";

export const refusedInATransaction: Rule = {
  id: "SG048",
  slug: "refused-in-a-transaction",
  title: "A statement that the server refuses in a transaction",
  condition:
    "CREATE, DROP or REINDEX … CONCURRENTLY, DETACH PARTITION CONCURRENTLY, VACUUM, CREATE DATABASE and the like after BEGIN, in a DO block, or in a file that the framework wraps in a transaction.",
  effect: "The server refuses it, and the migration fails.",
  workaround:
    "Put it into a file of its own that runs outside a transaction: `-- no-transaction` (sqlx), `run_in_transaction = false` (diesel), `-- +goose NO TRANSACTION` (goose), `transaction:false` (dbmate).",
  lock: null,
  work: "none",
  versions: ALL_VERSIONS,
  severity: "error",
  sized: false,
  nodes: [
    "IndexStmt",
    "DropStmt",
    "ReindexStmt",
    "VacuumStmt",
    "ClusterStmt",
    "CreatedbStmt",
    "DropdbStmt",
    "AlterDatabaseStmt",
    "CreateTableSpaceStmt",
    "DropTableSpaceStmt",
    "DiscardStmt",
    "CreateSubscriptionStmt",
    "AlterSubscriptionStmt",
    "AlterSystemStmt",
    "AT_DetachPartition",
  ],
  *check(statement) {
    if (!statement.transaction && !statement.nested) return;
    const verb = refusedInTransaction(statement);
    if (verb === undefined) return;
    const where = statement.nested
      ? "this is in a DO block, which always does"
      : statement.transaction?.explicit
        ? "a BEGIN comes before it"
        : "the framework wraps this file in one";
    yield {
      statement,
      subject: { kind: "statement", name: verb },
      message: `${verb} cannot run in a transaction, and ${where}.`,
      remedy: { text: "Put it into a file of its own that runs outside a transaction." },
    };
  },
};
