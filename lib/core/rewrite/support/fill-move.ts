import type { TableRef } from "../../catalog/lookup.js";
import { readableName } from "../../sql/readable-name.js";
import type { Statement } from "../../sql/statement.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { backfillMoves } from "./backfill-move.js";
import { refuseTouched } from "./refuse-touched.js";

/**
 * An UPDATE that the original does not have: it fills a column that the plan created. It is refused where an UPDATE would meet something in a row
 * that the original does not. Throws `NotRewritable`.
 */
export function fillMoves(
  sql: string,
  table: TableRef,
  statement: Statement,
  context: RewriteContext,
): readonly Move[] {
  refuseUnproved(table, context);
  refuseTouched(table, context);
  return backfillMoves(sql, table, statement, context);
}

/** Rows from before the constraint may violate it, and then no UPDATE of them succeeds. */
function refuseUnproved(table: TableRef, { before }: RewriteContext): void {
  const found = before
    .constraints(table)
    .find(({ attributes }) => !attributes.validated && ["c", "n"].includes(attributes.type));
  if (found)
    throw new NotRewritable(
      "backfill",
      `the constraint ${readableName(found.id.name)} of ${readableName(table.name)} is not validated, and rows that break it cannot be filled: VALIDATE it first`,
    );
}
