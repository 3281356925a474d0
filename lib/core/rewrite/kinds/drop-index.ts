import type { DropStmt } from "libpg-query";
import { rangeKey } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { dropConcurrently } from "../../lint/rules/support/concurrent-form.js";
import { tableLocks } from "../../lint/table-locks.js";
import { deparse } from "../../sql/deparse.js";
import { as, listItems, strings } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { isIndexMadeAgain } from "../support/replaced-index.js";

export const dropIndex: RewriteKind = {
  id: "drop-index",
  title: "DROP INDEX CONCURRENTLY, one index a statement",
  takesAway: ["SG046", "SG109"],
  rewrite(statement, context) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType !== "OBJECT_INDEX" || isLockedOut(drop, statement, context)) return null;
    const { known } = context;
    const names = (drop.objects ?? []).map((object) => strings(listItems(object)));
    if (names.some((each) => isIndexMadeAgain(each, statement, context))) return null;
    if (names.length > 1) {
      const each = (drop.objects ?? []).map(
        (object): Move => ({
          sql: deparse({ DropStmt: { ...drop, objects: [object] } }),
          phase: "expand",
          slug: "drop_index",
          again: true,
        }),
      );
      return { moves: each };
    }
    const index = known.index(names[0] ?? []);
    const table = index && known.tables.get(index.table);
    const isNew = table && known.isNewTable(table, statement);
    if (drop.concurrent || isNew || index?.constraint != null || (drop.missing_ok && !index)) return null;
    if (table?.kind === "partitioned")
      throw new NotRewritable(
        "partitioned",
        `${index?.name} is the index of a partitioned table, which is not dropped concurrently`,
      );
    if (drop.behavior === "DROP_CASCADE")
      throw new NotRewritable("cascade", "DROP INDEX CONCURRENTLY takes no CASCADE");
    const sql = dropConcurrently(statement.sql);
    if (sql === undefined) throw new NotRewritable("form", "the statement does not open with DROP INDEX");
    return { moves: [{ sql, phase: "expand", slug: "drop_index" }] };
  },
};

/** The previous statement holds the lock until the end of the transaction that both are in. */
function isLockedOut({ objects }: DropStmt, statement: LintStatement, { known, together }: RewriteContext): boolean {
  const previous = together ? known.previous(statement) : null;
  const locks = previous ? tableLocks(previous.node).filter(({ mode }) => mode === "AccessExclusiveLock") : [];
  const held = locks.map(({ table }) => rangeKey(table));
  return (objects ?? []).every((object) => held.includes(known.index(strings(listItems(object)))?.table ?? ""));
}
