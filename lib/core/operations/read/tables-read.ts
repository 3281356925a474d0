import type { Node, RangeVar } from "libpg-query";
import { builtInVolatility } from "../../postgres/functions.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { visit } from "../../sql/tree.js";

/** Every relation that a query names, except names of its own WITH queries. In order, each once. */
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

/** In lists a relation is under its tag; elsewhere directly under a field's name. */
function isRelation(tag: string, relname: string | undefined): relname is string {
  return relname !== undefined && (tag === "RangeVar" || tag === "relation" || tag === "rel");
}

/**
 * Names of the functions that a query calls, without schema, each once. A function in another schema with a built-in function's name keeps its schema
 * (`app.lower`), so that nobody mistakes it for the server's.
 */
export function functionsCalled(query: unknown): readonly string[] {
  const found = new Set<string>();
  visit(query, (tag, tree) => {
    if (tag !== "FuncCall") return;
    const names = (tree as { funcname?: { String?: { sval?: string } }[] }).funcname ?? [];
    const parts = names.map((part) => part.String?.sval ?? "");
    const name = parts.at(-1) ?? "";
    const own = parts.length > 1 && parts[0] !== "pg_catalog";
    found.add(own && builtInVolatility(name) !== null ? parts.join(".") : name);
  });
  return [...found];
}
