import type { Node, RangeVar } from "libpg-query";
import { as } from "../../sql/tree.js";
import type { LintStatement } from "../lint-statement.js";
import { nameIn, schemaIn } from "./key.js";
import type { Known } from "./known.js";

/**
 * Whether a name without a schema may mean an object other than the one we know by it: a role or a database can have a search_path other than the
 * usual one, with a schema of its own before public.
 */
export function mayBeInOtherSchema({ node }: LintStatement, known: Known): boolean {
  const others = [...known.tables.keys()].filter((key) => schemaIn(key) !== null);
  if (others.length === 0) return false;
  const made =
    as(node, "CreateStmt")?.relation ?? as(node, "ViewStmt")?.view ?? as(node, "CreateTableAsStmt")?.into?.rel;
  const named = as(node, "CreateFunctionStmt")?.funcname ?? typeNamed(node);
  if ((made && !made.schemaname) || named?.length === 1) return true;
  const names = new Set(others.map(nameIn));
  return unqualified(node).some((name) => names.has(name));
}

function typeNamed(node: Node) {
  return as(node, "CreateEnumStmt")?.typeName ?? as(node, "CreateDomainStmt")?.domainname;
}

/** Names of relations written without a schema. */
function unqualified(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(unqualified);
  if (value === null || typeof value !== "object") return [];
  const { relname, schemaname } = value as Partial<RangeVar>;
  const own = typeof relname === "string" && !schemaname ? [relname] : [];
  return [...own, ...Object.values(value).flatMap(unqualified)];
}
