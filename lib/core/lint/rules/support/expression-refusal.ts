import type { FuncCall, Node } from "libpg-query";
import { columnsOf, find, strings } from "../../../sql/tree.js";
import { rangeKey } from "../../known/key.js";
import type { Known } from "../../known/known.js";
import type { StoredExpression } from "./stored-expressions.js";

/** Aggregates and functions of many rows whose names nobody uses for functions of their own. */
const AGGREGATES: ReadonlySet<string> = new Set([
  ...["count", "sum", "avg", "min", "max", "array_agg", "string_agg", "json_agg", "jsonb_agg", "bool_and", "bool_or"],
  ...["json_object_agg", "jsonb_object_agg"],
]);
const SETS: ReadonlySet<string> = new Set([
  ...["generate_series", "unnest", "regexp_split_to_table", "json_array_elements", "jsonb_array_elements"],
  ...["json_array_elements_text", "jsonb_array_elements_text", "jsonb_each", "json_each", "jsonb_object_keys"],
]);

/** Why the server refuses an expression where it is, by the kinds of its parts (ParseExprKind of parse_node.h); null when it does not. */
export function expressionRefusal(held: StoredExpression, known: Known): string | null {
  const { place, expression } = held;
  const subquery = find(expression, "SubLink").length > 0;
  // A query within a policy has aggregates of its own; SG110 names the subqueries of indexes and generated columns.
  if (subquery) return QUERIES.has(place) ? `a ${place} may not hold a subquery` : null;
  const calls = find(expression, "FuncCall");
  if (calls.some(({ over }) => over !== undefined)) return `a ${place} may not call a window function`;
  const aggregate = calls.find((call) => isOf(AGGREGATES, call, known));
  if (aggregate) return `a ${place} may not call the aggregate ${nameOf(aggregate)}()`;
  const set = calls.find((call) => isOf(SETS, call, known));
  if (set && place !== "policy") return `a ${place} may not call ${nameOf(set)}(), which returns a set`;
  if (place === "DEFAULT" && find(expression, "ColumnRef").length > 0)
    return `a DEFAULT may not name a column (${columnsOf(expression).join(", ")})`;
  return place === "generated column" ? ofGenerated(held, expression, known) : null;
}

const QUERIES: ReadonlySet<string> = new Set(["CHECK", "DEFAULT", "USING"]);

function ofGenerated({ relation }: StoredExpression, expression: Node, known: Known): string | null {
  const key = relation ? rangeKey(relation) : "";
  const other = columnsOf(expression).find((column) => known.dependents.get("generated column", column, key));
  return other === undefined ? null : `it names ${other}, which is a generated column itself`;
}

function isOf(names: ReadonlySet<string>, call: FuncCall, known: Known): boolean {
  const parts = strings(call.funcname);
  const name = parts.at(-1) ?? "";
  const builtIn = parts.length === 1 ? !known.functions.has(name) : parts[0] === "pg_catalog";
  return builtIn && names.has(name);
}

function nameOf({ funcname }: FuncCall): string {
  return strings(funcname).at(-1) ?? "";
}
