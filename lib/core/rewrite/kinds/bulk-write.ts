import { isBackfill, isBounded, rowWrite } from "../../lint/rules/support/row-writes.js";
import type { RewriteKind } from "../kind.js";
import { backfillMove } from "../support/backfill-move.js";
import { refOf } from "../support/table-of.js";

export const bulkWrite: RewriteKind = {
  id: "bulk-write",
  title: "an UPDATE or DELETE that runs in batches, as a backfill migration",
  takesAway: ["SG095", "SG096"],
  rewrite(statement, context) {
    if (!("UpdateStmt" in statement.node || "DeleteStmt" in statement.node)) return null;
    const write = rowWrite(statement);
    if (!write || isBounded(write.where) || isBackfill(statement) || context.known.isNew(write.table, statement))
      return null;
    return { moves: [backfillMove(statement.sql, refOf(write.table, context), statement, context)] };
  },
};
