import type { IndexStmt, RangeVar } from "libpg-query";
import { nameIn, partsKey, schemaIn } from "../../lint/known/key.js";
import type { LintStatement } from "../../lint/lint-statement.js";
import { treeAlone } from "../../sql/parse.js";
import { as, listItems, strings } from "../../sql/tree.js";
import type { RewriteContext } from "../kind.js";
import { isWrittenLater } from "./written-later.js";

/** Whether the same migration creates an index of this name later, so that the existing one stays until then. */
export function isIndexMadeAgain(parts: readonly string[], statement: LintStatement, context: RewriteContext): boolean {
  const found = context.known.index(parts);
  const key = found?.table ?? "";
  const table: RangeVar = { relname: nameIn(key), schemaname: schemaIn(key) ?? "public" };
  if (!standsAlone(parts, context) || (found?.unique && isWrittenLater(table, statement))) return false;
  const later = statement.script.statements.filter(({ index }) => index > statement.index);
  return later.some(({ sql }) => {
    const index = /\bindex\b/i.test(sql) ? as(treeAlone(sql) ?? undefined, "IndexStmt") : undefined;
    return index !== undefined && partsKey(partsOf(index)) === partsKey(parts);
  });
}

/** Whether an index that a statement creates gets the name of one that the same migration drops, and that was kept until then. */
export function isIndexReplacement(index: IndexStmt, statement: LintStatement, context: RewriteContext): boolean {
  if (!standsAlone(partsOf(index), context)) return false;
  const sofar = statement.script.statements.filter((each) => each.index < statement.index);
  return sofar.some(({ sql }) => {
    const drop = /\bindex\b/i.test(sql) ? as(treeAlone(sql) ?? undefined, "DropStmt") : undefined;
    if (drop?.removeType !== "OBJECT_INDEX") return false;
    return (drop.objects ?? []).some((object) => partsKey(strings(listItems(object))) === partsKey(partsOf(index)));
  });
}

/** The schema and name of an index that a statement creates: its table's schema. */
function partsOf({ relation, idxname = "" }: IndexStmt): readonly string[] {
  return relation?.schemaname === undefined ? [idxname] : [relation.schemaname, idxname];
}

/** An index of a plain table that was there before and belongs to no constraint. */
function standsAlone(parts: readonly string[], { known, before }: RewriteContext): boolean {
  const index = known.index(parts);
  const table = index && known.tables.get(index.table);
  const isThere = before.all("index").some(({ id }) => partsKey([id.schema ?? "", id.name]) === partsKey(parts));
  return isThere && index?.constraint === null && table !== undefined && table.kind === "table";
}
