import type { Node } from "libpg-query";
import { expressionTree, isPlainCastThroughText } from "../postgres/plain-cast.js";
import { parseType } from "../postgres/type-change.js";
import { deparseType } from "../sql/deparse.js";
import { identifier, literal } from "../sql/quote.js";
import { as, columnName, constant, strings } from "../sql/tree.js";
import type { AlterColumnType } from "./kinds/alter-column-type.js";

/**
 * The expression that undoes USING for every value that the old type has, where it is known to: casts through text, AT TIME ZONE, and
 * to_timestamp. Null for all others.
 */
export function turnedRound({ using, column, type }: AlterColumnType, from: string): string | null {
  if (using === null) return null;
  const tree = expressionTree(using);
  const name = identifier(column);
  if (isPlainCastThroughText(tree, type, column, deparseType)) return `${name}::text::${from}`;
  const call = tree && callOf(tree);
  if (!call || columnName(call.args.at(-1)) !== column) return null;
  const [to, was] = [parseType(type)?.base ?? "", parseType(from)?.base ?? ""];
  const zone = call.args.length === 2 ? constant(call.args[0]) : undefined;
  if (call.name === "timezone" && zone !== undefined && isMoment(to) && isMoment(was) && to !== was)
    return `${name} AT TIME ZONE ${literal(zone)}`;
  const number = /^(smallint|integer|bigint|numeric|real|double precision)$/;
  if (call.name === "to_timestamp" && call.args.length === 1 && to === "timestamp with time zone" && number.test(was))
    return `extract(epoch FROM ${name})::${from}`;
  return null;
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
