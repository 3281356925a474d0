import type { Node } from "libpg-query";
import { expressionTree } from "../../postgres/plain-cast.js";
import { parseType } from "../../postgres/type-change.js";
import { deparseType } from "../../sql/deparse.js";
import { columnOf, type TableState } from "../state/table-state.js";

const TEXTS = new Set(["text", "character varying", "character", "citext"]);
/** Text functions that return a text. */
const OF_TEXT = new Set(["lower", "upper", "initcap", "btrim", "ltrim", "rtrim", "replace", "left", "right", "md5"]);

/** The type of an expression over a table's columns, where it is plain to see; otherwise null. */
export function typeOfExpression(sql: string, table: TableState): string | null {
  return typeOf(expressionTree(sql) ?? undefined, table);
}

function typeOf(node: Node | undefined, table: TableState): string | null {
  if (!node) return null;
  if ("CollateClause" in node) return typeOf(node.CollateClause.arg, table);
  if ("TypeCast" in node) return deparseType(node.TypeCast.typeName);
  if ("CoalesceExpr" in node) return typeOf(node.CoalesceExpr.args?.[0], table);
  if ("ColumnRef" in node) {
    const field = node.ColumnRef.fields?.at(-1);
    return field && "String" in field ? (columnOf(table, field.String.sval ?? "")?.type ?? null) : null;
  }
  if (!("FuncCall" in node)) return null;
  const name = node.FuncCall.funcname?.at(-1);
  const argument = typeOf(node.FuncCall.args?.[0], table);
  const known = name && "String" in name && OF_TEXT.has(name.String.sval ?? "");
  return known && TEXTS.has(parseType(argument ?? "")?.base ?? "") ? "text" : null;
}
