import type { Node } from "libpg-query";
import { expressionTree, isPlainCastThroughText } from "../postgres/plain-cast.js";
import { parseType } from "../postgres/type-change.js";
import { deparseType } from "../sql/deparse.js";
import { identifier, literal } from "../sql/quote.js";
import { as, columnName, constant, strings } from "../sql/tree.js";
import type { AlterColumnType } from "./kinds/alter-column-type.js";

/**
 * The expression that undoes USING for every value of the old type, for the cases that we know: casts through text, AT TIME ZONE, and to_timestamp.
 * Null for all others. `value`: what it converts, as SQL; by default the column.
 */
export function inverseUsing(
  { using, column, type }: AlterColumnType,
  from: string,
  value = identifier(column),
): string | null {
  if (using === null) return null;
  const tree = expressionTree(using);
  if (isPlainCastThroughText(tree, type, column, deparseType)) {
    if (isNumber(from) && isNumber(type)) return `${value}::${from}`;
    return isText(from) || showsPlainly(type) ? `${value}::text::${from}` : null;
  }
  const call = tree && callOf(tree);
  if (!call || columnName(call.args.at(-1)) !== column) return null;
  const [to, was] = [parseType(type)?.base ?? "", parseType(from)?.base ?? ""];
  const zone = call.args.length === 2 ? constant(call.args[0]) : undefined;
  if (call.name === "timezone" && zone !== undefined && isMoment(to) && isMoment(was) && to !== was)
    return `${value} AT TIME ZONE ${literal(zone)}`;
  if (call.name === "to_timestamp" && call.args.length === 1 && to === "timestamp with time zone" && isNumber(from))
    return `extract(epoch FROM ${value})::${from}`;
  return null;
}

/**
 * Whether USING casts something derived from the column to the new type, as `nullif(c, '')::integer` does. The result of a CASE or a comparison does
 * not tell the value: `state = 'paid'` is also false for `false`.
 */
export function castsWhole(using: string, type: string): boolean {
  const tree = expressionTree(using);
  const cast = as(tree ?? undefined, "TypeCast");
  if (!cast?.typeName || parseType(type)?.base === "boolean") return false;
  return deparseType(cast.typeName) === type && !JSON.stringify(cast.arg).includes('"CaseExpr"');
}

function isNumber(type: string): boolean {
  return /^(smallint|integer|bigint|numeric|real|double precision)$/.test(parseType(type)?.base ?? "");
}

function isText(type: string): boolean {
  return /^(text|character varying)$/.test(parseType(type)?.base ?? "");
}

/**
 * Whether a value that was converted from a text prints as one that the first type reads back. An interval (`5` prints as `00:00:05`), money or a
 * numeric with a scale (`5.00`) does not; a user's own type, such as an enum, does.
 */
function showsPlainly(type: string): boolean {
  const base = parseType(type)?.base ?? "";
  return isText(type) || base.includes(".") || !/^(interval|money|numeric|bit|character|time|"char")/.test(base);
}

function isMoment(base: string): boolean {
  return base.startsWith("timestamp ");
}

function callOf(tree: Node): { readonly name: string; readonly args: readonly Node[] } | null {
  const call = as(tree, "FuncCall");
  const path = call ? strings(call.funcname) : [];
  if (!call || path.length === 0 || (path.length > 1 && path[0] !== "pg_catalog")) return null;
  return { name: path.at(-1) ?? "", args: call.args ?? [] };
}
