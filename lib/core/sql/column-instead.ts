import type { Node } from "libpg-query";
import { as, strings } from "./tree.js";

/** Lists of column names in a definition of one table; those of the table that a foreign key points at are separate. */
const OWN_LISTS = new Set(["keys", "fk_attrs", "including", "fk_del_set_cols"]);

/** Which side of a foreign key the column is on. */
export type Side = "own" | "referenced";

/** A tree of a definition, or an expression, of one table with another of its columns in place of one. */
export function columnInstead<T>(tree: T, column: string, instead: string, side: Side = "own"): T {
  if (Array.isArray(tree)) return tree.map((each) => columnInstead(each, column, instead, side)) as T;
  if (tree === null || typeof tree !== "object") return tree;
  const body = tree as Record<string, unknown>;
  const entries = Object.entries(body).map(([key, value]) => {
    if (side === "own" ? OWN_LISTS.has(key) : key === "pk_attrs") return [key, namesInstead(value, column, instead)];
    if (side === "own" && key === "fields") return [key, fieldInstead(value, column, instead)];
    if (side === "own" && (key === "IndexElem" || key === "StatsElem"))
      return [key, elementInstead(value, column, instead)];
    return [key, columnInstead(value, column, instead, side)];
  });
  return Object.fromEntries(entries) as T;
}

function namesInstead(nodes: unknown, column: string, instead: string): unknown {
  if (!Array.isArray(nodes)) return nodes;
  return (nodes as readonly Node[]).map((node) =>
    as(node, "String")?.sval === column ? { String: { sval: instead } } : node,
  );
}

/** `column`, or `table.column`: within one table nothing else has two parts. */
function fieldInstead(nodes: unknown, column: string, instead: string): unknown {
  if (!Array.isArray(nodes) || strings(nodes as readonly Node[]).at(-1) !== column) return nodes;
  return [...nodes.slice(0, -1), { String: { sval: instead } }];
}

function elementInstead(value: unknown, column: string, instead: string): unknown {
  const element = columnInstead(value as { readonly name?: string }, column, instead);
  return element.name === column ? { ...element, name: instead } : element;
}

/** Whether a definition mentions the column. */
export function speaksOf(tree: Node, column: string, side: Side = "own"): boolean {
  return JSON.stringify(columnInstead(tree, column, `${column}\u0001`, side)) !== JSON.stringify(tree);
}
