import type { Node, RangeVar } from "libpg-query";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { visit } from "./volatility.js";

/** Every relation that a query names, names of its own WITH queries left out. In order, each once. */
export function tablesRead(query: Node | readonly Node[] | undefined): readonly QualifiedName[] {
  const own = new Set<string>();
  visit(query, (tag, tree) => {
    const name = (tree as { ctename?: string }).ctename;
    if (tag === "CommonTableExpr" && name) own.add(name);
  });
  const found = new Map<string, QualifiedName>();
  visit(query, (tag, tree) => {
    const { schemaname, relname } = tree as RangeVar;
    if (!isRelation(tag, relname) || (schemaname === undefined && own.has(relname))) return;
    found.set(JSON.stringify([schemaname ?? null, relname]), { schema: schemaname ?? null, name: relname });
  });
  return [...found.values()];
}

/** A relation stands under its tag in lists, and bare under the name of a field elsewhere. */
function isRelation(tag: string, relname: string | undefined): relname is string {
  return relname !== undefined && (tag === "RangeVar" || tag === "relation" || tag === "rel");
}

/** Names of the functions that a query calls, without schema, each once. */
export function functionsCalled(query: unknown): readonly string[] {
  const found = new Set<string>();
  visit(query, (tag, tree) => {
    if (tag !== "FuncCall") return;
    const names = (tree as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
    const name = names.at(-1)?.String?.sval;
    if (name) found.add(name);
  });
  return [...found];
}
