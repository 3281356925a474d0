import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { atLeast, tableLocks } from "../../lint/table-locks.js";
import { readableRelation } from "../../sql/readable-name.js";
import { as } from "../../sql/tree.js";
import { type CopiedTable, copiedTable } from "../copy/copied-table.js";
import { copyMoves } from "../copy/copy-moves.js";
import type { Move, RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";

export const becomePartitioned: RewriteKind = {
  id: "become-partitioned",
  title:
    "rows copied into the partitioned table in batches, behind a trigger that copies each write; then both swap names",
  takesAway: ["SG062"],
  rewrite(statement, context) {
    const copied = copiedTable(statement.script, context);
    if (!copied) return null;
    const { filled, takes, leaves, follows, numbers } = copied;
    const at = statement.index;
    if (at === leaves || isLock(statement, copied)) return { moves: [] };
    if (at === filled) return { moves: copyMoves(copied, statement, context).fill };
    if (at === takes || follows.includes(at)) return { moves: swapped(copied, statement, context) };
    if (numbers.some(({ index }) => index === at)) return { moves: [] };
    if (at > filled && at < takes) refuseLocking(statement, copied);
    return null;
  },
};

/** The lock under which the rows would be copied. */
function isLock({ node, index }: LintStatement, { old, takes }: CopiedTable): boolean {
  const relations = as(node, "LockStmt")?.relations ?? [];
  return index < takes && relations.length === 1 && rangeKey(as(relations[0], "RangeVar") ?? {}) === rangeKey(old);
}

/** All of one transaction; the contract steps come after its last statement. */
function swapped(copied: CopiedTable, statement: LintStatement, context: RewriteContext): readonly Move[] {
  const { before, after, end } = copyMoves(copied, statement, context);
  const { takes, follows, numbers } = copied;
  const isFirst = statement.index === takes;
  const texts = isFirst ? [...before, ...numbers.map(({ sql }) => sql), statement.sql, ...after] : [statement.sql];
  const moves = texts.map(
    (sql, at): Move => ({ sql, phase: "switch", slug: "swap", ...(isFirst && at === 0 ? {} : { joins: true }) }),
  );
  return statement.index === (follows.at(-1) ?? takes) ? [...moves, ...end] : moves;
}

/** Writers of the old table write the new one too, through the trigger. Throws `NotRewritable`. */
function refuseLocking({ node, source }: LintStatement, { made }: CopiedTable): void {
  const lock = tableLocks(node).find(
    ({ table, mode }) => rangeKey(table) === rangeKey(made) && atLeast(mode, "ShareLock"),
  );
  if (lock)
    throw new NotRewritable(
      "depends",
      `line ${source.line} locks ${readableRelation(made)}, which has to be written by then: put it before the INSERT`,
    );
}
