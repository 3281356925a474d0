import type { Node } from "libpg-query";
import { strings } from "../../sql/tree.js";

/** An expression over columns, as one over a row that a trigger gets. */
export function ofRow<T>(tree: T, row: "new" | "old" = "new"): T {
  if (Array.isArray(tree)) return tree.map((each) => ofRow(each, row)) as T;
  if (tree === null || typeof tree !== "object") return tree;
  const entries = Object.entries(tree).map(([key, value]) => {
    if (key !== "fields" || !Array.isArray(value)) return [key, ofRow(value, row)];
    const column = strings(value as readonly Node[]).at(-1) ?? "";
    return [key, [{ String: { sval: row } }, { String: { sval: column } }]];
  });
  return Object.fromEntries(entries) as T;
}
