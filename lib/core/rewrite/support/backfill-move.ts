import { planBackfill } from "../../backfill/plan.js";
import type { BackfillRefusalCode } from "../../backfill/refusal.js";
import type { TableRef } from "../../catalog/lookup.js";
import type { BackfillMark } from "../../migration/backfill-mark.js";
import { readableName } from "../../sql/readable-name.js";
import type { Statement } from "../../sql/statement.js";
import type { Move, RewriteContext } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { listedWrite } from "./listed-write.js";
import { walkedBy } from "./table-of.js";

const BATCH_MS = 200;

/** Why a statement is not cut as it is, where its rows may still be listed first. */
const LISTED: readonly BackfillRefusalCode[] = [
  "own-rows",
  "function",
  "whole",
  "form",
  "no-table",
  "moving",
  "rows-meanwhile",
];

/**
 * A statement that must run in batches, with the comment that asks for it; one that cannot be cut because of what it reads gets its rows from a list.
 * Throws `NotRewritable` where neither is possible.
 */
export function backfillMoves(
  sql: string,
  table: TableRef,
  statement: Statement,
  context: RewriteContext,
): readonly Move[] {
  const by = walkedBy(table, context);
  if (!by)
    throw new NotRewritable(
      "backfill",
      `rows of ${readableName(table.name)} cannot be walked in batches: it has no key of columns that are NOT NULL`,
    );
  const mark: BackfillMark = { statement: 0, table: null, by, batchMs: BATCH_MS };
  const { refusal } = planBackfill({ ...statement, sql }, mark, context.before.catalog);
  if (!refusal) return [backfill(sql, mark)];
  const listed = LISTED.includes(refusal.code) ? listedWrite(sql, table, by, statement, context) : null;
  const own: BackfillMark = { ...mark, table: "t" };
  if (!listed || planBackfill({ ...statement, sql: listed.write }, own, listed.catalog).refusal)
    throw new NotRewritable("backfill", `its rows cannot be written in batches: ${refusal.reason}`);
  const step = (text: string): Move => ({ sql: text, phase: "expand", slug: "list" });
  return [step(listed.make), step(listed.fill), backfill(listed.write, own), { ...step(listed.drop), bounded: true }];
}

/** A statement in batches, by columns of the table that it calls by this name. */
export function walkedMove(sql: string, table: string, by: readonly string[]): Move {
  return backfill(sql, { statement: 0, table, by, batchMs: BATCH_MS });
}

function backfill(sql: string, mark: BackfillMark): Move {
  return { sql, phase: "backfill", slug: "backfill", pace: "backfill", backfill: backfillComment(mark) };
}

/** The comment of a mark. */
export function backfillComment({ table, by, batchMs }: Omit<BackfillMark, "statement">): string {
  const of = table === null ? "" : `${readableName(table)}.`;
  return `-- schema-gate: backfill by ${by.map((column) => of + readableName(column)).join(", ")} batch ${batchMs}ms`;
}
