import type { DropStmt, IndexStmt } from "libpg-query";
import type { LintStatement } from "../../lint/lint-statement.js";
import { deparse } from "../../sql/deparse.js";
import { readableName, readableRelation } from "../../sql/readable-name.js";
import { as, listItems, strings } from "../../sql/tree.js";
import type { Move, RewriteContext, RewriteKind, Rewriting } from "../kind.js";
import { NotRewritable } from "../refusal.js";
import { isIndexMadeAgain, isIndexReplacement } from "../support/replaced-index.js";
import { refOf } from "../support/table-of.js";
import { freshName } from "../swap/stand-in.js";

export const replaceIndex: RewriteKind = {
  id: "replace-index",
  title: "an index that stays until its replacement is built concurrently and gets its name",
  takesAway: [],
  rewrite(statement, context) {
    const drop = as(statement.node, "DropStmt");
    if (drop?.removeType === "OBJECT_INDEX") return kept(drop, statement, context);
    const index = as(statement.node, "IndexStmt");
    return index && isIndexReplacement(index, statement, context) ? replacement(index, context) : null;
  },
};

/** Nothing for the indexes that are created again; the others are dropped as they would be without them. */
function kept(drop: DropStmt, statement: LintStatement, context: RewriteContext): Rewriting | null {
  const objects = drop.objects ?? [];
  const rest = objects.filter((object) => !isIndexMadeAgain(strings(listItems(object)), statement, context));
  if (rest.length === objects.length) return null;
  if (drop.behavior === "DROP_CASCADE") throw new NotRewritable("cascade", "DROP INDEX CONCURRENTLY takes no CASCADE");
  const moves = rest.map(
    (object): Move => ({
      sql: deparse({ DropStmt: { ...drop, objects: [object] } }),
      phase: "expand",
      slug: "drop_index",
      again: true,
    }),
  );
  return { moves };
}

function replacement(index: IndexStmt, context: RewriteContext): Rewriting {
  const { relation: table = {}, idxname = "" } = index;
  const spare = freshName(idxname, refOf(table, context), context);
  const inSchema = (name: string) => readableRelation({ ...table, relname: name });
  const create = { ...index, idxname: spare, concurrent: true, if_not_exists: false };
  const sql = [
    deparse({ IndexStmt: create }),
    `DROP INDEX CONCURRENTLY ${inSchema(idxname)}`,
    `ALTER INDEX ${inSchema(spare)} RENAME TO ${readableName(idxname)}`,
  ];
  return { moves: sql.map((each): Move => ({ sql: each, phase: "expand", slug: "index" })) };
}
