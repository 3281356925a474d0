import { isBackfill, isBounded, rowWrite } from "../../lint/rules/support/row-writes.js";
import type { RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { backfillMoves } from "../support/backfill-move.js";
import { refOf } from "../support/table-of.js";

export const bulkWrite: RewriteKind = {
  id: "bulk-write",
  title: "an UPDATE or DELETE that runs in batches, as a backfill migration, from a list of its rows where need be",
  takesAway: ["SG095", "SG096"],
  rewrite(statement, context) {
    if (!("UpdateStmt" in statement.node || "DeleteStmt" in statement.node)) return null;
    const write = rowWrite(statement);
    if (!write || isBounded(write.where) || isBackfill(statement) || context.known.isNew(write.table, statement))
      return null;
    try {
      return { moves: backfillMoves(statement.sql, refOf(write.table, context), statement, context) };
    } catch (error) {
      if (!(error instanceof NotRewritable)) throw error;
      // A step of a plan has been judged already.
      if (context.step !== null) return null;
      return { moves: [{ sql: statement.sql, phase: "expand", slug: "rows", pace: "long", whole: error.message }] };
    }
  },
};
