import { planBackfill } from "../../backfill/plan.js";
import type { TableRef } from "../../catalog/lookup.js";
import type { BackfillMark } from "../../migration/backfill-mark.js";
import { readableName } from "../../sql/readable-name.js";
import type { Statement } from "../../sql/statement.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { walkedBy } from "./table-of.js";

const BATCH_MS = 200;

/** A statement that must run in batches, with the comment that asks for it. Throws `NotRewritable` where it cannot be cut. */
export function backfillMove(sql: string, table: TableRef, statement: Statement, context: RewriteContext): Move {
  const by = walkedBy(table, context);
  if (!by)
    throw new NotRewritable(
      "backfill",
      `rows of ${readableName(table.name)} cannot be walked in batches: it has no key of columns that are NOT NULL`,
    );
  const mark: BackfillMark = { statement: 0, table: null, by, batchMs: BATCH_MS };
  const { refusal } = planBackfill({ ...statement, sql }, mark, context.before.catalog);
  if (refusal) throw new NotRewritable("backfill", `its rows cannot be written in batches: ${refusal.reason}`);
  return { sql, phase: "backfill", slug: "backfill", pace: "backfill", backfill: backfillComment(mark) };
}

/** The comment of a mark. */
export function backfillComment({ table, by, batchMs }: Omit<BackfillMark, "statement">): string {
  const of = table === null ? "" : `${readableName(table)}.`;
  return `-- schema-gate: backfill by ${by.map((column) => of + readableName(column)).join(", ")} batch ${batchMs}ms`;
}
