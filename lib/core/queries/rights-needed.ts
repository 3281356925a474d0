import type { Node, RangeVar } from "libpg-query";
import { isParsed, parseSql } from "../sql/parse.js";
import { qualified } from "../sql/quote.js";
import { find } from "../sql/tree.js";

/** A privilege on a relation without which a query is refused. Privileges on functions and single columns are not included. */
export interface NeededRight {
  /** As the query names it, quoted. */
  readonly relation: string;
  readonly right: "select" | "insert" | "update" | "delete";
}

/** The parser must be loaded. Empty for a text that it does not understand. */
export function rightsNeeded(text: string): readonly NeededRight[] {
  const [only] = parseSql(text, "").statements;
  if (!only || !isParsed(only)) return [];
  const written = new Map<RangeVar | undefined, NeededRight["right"] | null>([
    ...find(only.node, "InsertStmt").map(({ relation }) => [relation, "insert"] as const),
    ...find(only.node, "UpdateStmt").map(({ relation }) => [relation, "update"] as const),
    ...find(only.node, "DeleteStmt").map(({ relation }) => [relation, "delete"] as const),
    // Its branches tell which of them it needs.
    ...find(only.node, "MergeStmt").map(({ relation }) => [relation, null] as const),
  ]);
  const read = find(only.node as Node, "RangeVar").filter((relation) => !written.has(relation));
  const own = new Set(find(only.node, "CommonTableExpr").map(({ ctename }) => ctename));
  return [...written, ...read.map((relation) => [relation, "select"] as const)].flatMap(([relation, right]) => {
    if (!relation?.relname || right === null) return [];
    const { schemaname, relname } = relation;
    if (right === "select" && schemaname === undefined && own.has(relname)) return [];
    return [{ relation: qualified(schemaname ?? null, relname), right }];
  });
}
