import type { Node } from "libpg-query";
import { identifier, literal } from "./quote.js";

/** The text that an expression always has: a literal, `||` of such, or `format` with such arguments. Null for any other. */
export function constantText(node: Node): string | null {
  if ("A_Const" in node) return constant(node);
  if ("TypeCast" in node && node.TypeCast.arg) return constantText(node.TypeCast.arg);
  if ("A_Expr" in node) return concatenation(node);
  if ("FuncCall" in node) return formatted(node);
  return null;
}

function constant(node: Extract<Node, { A_Const: unknown }>): string | null {
  const { sval, ival, isnull } = node.A_Const;
  if (isnull) return null;
  if (sval) return sval.sval ?? "";
  return ival ? String(ival.ival ?? 0) : null;
}

function concatenation(node: Extract<Node, { A_Expr: unknown }>): string | null {
  const { name, lexpr, rexpr } = node.A_Expr;
  const [operator] = name ?? [];
  if (!operator || !("String" in operator) || operator.String.sval !== "||" || !lexpr || !rexpr) return null;
  const left = constantText(lexpr);
  const right = constantText(rexpr);
  return left === null || right === null ? null : left + right;
}

function formatted(node: Extract<Node, { FuncCall: unknown }>): string | null {
  const name = (node.FuncCall.funcname ?? []).map((part) => ("String" in part ? part.String.sval : ""));
  if (name.at(-1) !== "format" || (name.length === 2 && name[0] !== "pg_catalog")) return null;
  const [template, ...values] = (node.FuncCall.args ?? []).map(constantText);
  if (template === null || template === undefined) return null;
  let next = 0;
  let known = true;
  const text = template.replace(/%(%|(?:(\d+)\$)?([sIL])|[\s\S])/g, (all, _rest, position, kind) => {
    if (all === "%%") return "%";
    const value = kind ? values[position ? Number(position) - 1 : next++] : null;
    if (value === null || value === undefined) known = false;
    if (value === null || value === undefined) return "";
    return kind === "I" ? identifier(value) : kind === "L" ? literal(value) : value;
  });
  return known ? text : null;
}
