import type { Node } from "libpg-query";
import { as, type NodeKind, strings } from "../sql/tree.js";

/** Expressions that are named after their own keyword. */
const BY_KIND: Partial<Record<NodeKind, string>> = {
  A_ArrayExpr: "array",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
  RowExpr: "row",
  XmlSerialize: "xmlserialize",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
  JsonObjectConstructor: "json_object",
  JsonArrayConstructor: "json_array",
};

const VALUE_FUNCTIONS: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: "current_date",
  SVFOP_CURRENT_TIME: "current_time",
  SVFOP_CURRENT_TIME_N: "current_time",
  SVFOP_CURRENT_TIMESTAMP: "current_timestamp",
  SVFOP_CURRENT_TIMESTAMP_N: "current_timestamp",
  SVFOP_LOCALTIME: "localtime",
  SVFOP_LOCALTIME_N: "localtime",
  SVFOP_LOCALTIMESTAMP: "localtimestamp",
  SVFOP_LOCALTIMESTAMP_N: "localtimestamp",
};

const XML: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: "xmlconcat",
  IS_XMLELEMENT: "xmlelement",
  IS_XMLFOREST: "xmlforest",
  IS_XMLPARSE: "xmlparse",
  IS_XMLPI: "xmlpi",
  IS_XMLROOT: "xmlroot",
};

/**
 * The server's name for a column that it derives from an expression, such as an index's: `lower` for `lower(email)`. Null where it finds no name.
 * Source: FigureIndexColname (src/backend/parser/parse_target.c).
 */
export function expressionName(node: Node | undefined): string | null {
  return figured(node).name;
}

/** `sure` for a name that a cast around it does not replace. */
function figured(node: Node | undefined): { readonly name: string | null; readonly sure: boolean } {
  const own = ownName(node);
  if (own !== null) return { name: own, sure: true };
  const collated = as(node, "CollateClause");
  if (collated) return figured(collated.arg);
  const indirection = as(node, "A_Indirection");
  if (indirection) return figured(indirection.arg);
  const cast = as(node, "TypeCast");
  if (cast) return orElse(figured(cast.arg), strings(cast.typeName?.names).at(-1));
  const choice = as(node, "CaseExpr");
  if (choice) return orElse(figured(choice.defresult), "case");
  return { name: null, sure: false };
}

function orElse(inner: ReturnType<typeof figured>, name: string | undefined): ReturnType<typeof figured> {
  return inner.sure || name === undefined ? inner : { name, sure: false };
}

function ownName(node: Node | undefined): string | null {
  if (node === undefined) return null;
  const call = as(node, "FuncCall");
  if (call) return strings(call.funcname).at(-1) ?? null;
  const column = as(node, "ColumnRef");
  if (column) return strings(column.fields).at(-1) ?? null;
  const indirection = as(node, "A_Indirection");
  if (indirection) return strings(indirection.indirection).at(-1) ?? null;
  if (as(node, "A_Expr")?.kind === "AEXPR_NULLIF") return "nullif";
  const extreme = as(node, "MinMaxExpr");
  if (extreme) return extreme.op === "IS_LEAST" ? "least" : "greatest";
  const xml = XML[as(node, "XmlExpr")?.op ?? ""];
  const value = VALUE_FUNCTIONS[as(node, "SQLValueFunction")?.op ?? ""];
  const [kind] = Object.keys(node) as NodeKind[];
  return xml ?? value ?? (kind && BY_KIND[kind]) ?? null;
}
