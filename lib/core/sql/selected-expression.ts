import type { Node } from "libpg-query";
import { isParsed, parseSql } from "./parse.js";
import { as } from "./tree.js";

/** The tree of a separate expression; null for one that cannot be parsed. */
export function selectedExpression(expression: string): Node | null {
  const [statement, ...more] = parseSql(`SELECT ${expression}`, "expression").statements;
  if (!statement || !isParsed(statement) || more.length > 0) return null;
  const { targetList = [], fromClause } = as(statement.node, "SelectStmt") ?? {};
  const [target] = targetList;
  return targetList.length === 1 && !fromClause ? (as(target, "ResTarget")?.val ?? null) : null;
}
