import { identifier } from "../../sql/quote.js";
import type { Machine } from "./machine.js";
import { condition, type Value } from "./value.js";

type Rows = Extract<Value, { kind: "rows" }>;
type Scalar = Extract<Value, { kind: "scalar" }>;

/**
 * What code asks about the result of a constant query: whether there is a row, or what is in a column. Each tenant's database answers that, so it
 * stays an SQL expression. Undefined for what we do not know.
 */
export function askRows(machine: Machine, rows: Rows, method: string, args: readonly Value[]): Value | undefined {
  const [first, second] = args;
  if (method === "is_some") return condition(`EXISTS (${rows.sql})`, rows.asked);
  if (method === "is_none" || method === "is_empty") return condition(`EXISTS (${rows.sql})`, rows.asked, true);
  if (method === "map" || method === "and_then" || method === "is_some_and") {
    return first?.kind === "closure" ? machine.callClosure(first, [rows]) : undefined;
  }
  if (/^(try_get|try_get_by|get|try_get_by_index)$/.test(method)) {
    const name = second ?? first;
    if (name?.kind !== "text") return undefined;
    const sql = `(SELECT answer.${identifier(name.text)} FROM (${rows.sql}) AS answer LIMIT 1)`;
    return { kind: "scalar", sql, asked: rows.asked };
  }
  return /^(unwrap|expect|ok|ok_or|ok_or_else|unwrap_or_default|into_iter|iter|first|next)$/.test(method)
    ? rows
    : undefined;
}

export function askScalar(scalar: Scalar, method: string, args: readonly Value[]): Value | undefined {
  const [first] = args;
  if (method === "unwrap_or" && (first?.kind === "number" || first?.kind === "bool")) {
    const otherwise = first.kind === "number" ? first.text : String(first.value);
    return { ...scalar, sql: `coalesce(${scalar.sql}, ${otherwise})` };
  }
  if (method === "unwrap_or_default") return undefined;
  return /^(unwrap|expect|ok|map_err)$/.test(method) ? scalar : undefined;
}

const COMPARISONS: Readonly<Record<string, string>> = {
  ">": ">",
  "<": "<",
  ">=": ">=",
  "<=": "<=",
  "==": "=",
  "!=": "<>",
};

export function compareScalar(operator: string, a: Value, b: Value): Value | null {
  const word = COMPARISONS[operator];
  if (!word || a.kind !== "scalar" || b.kind !== "number") return null;
  return condition(`coalesce(${a.sql} ${word} ${b.text}, false)`, a.asked);
}
