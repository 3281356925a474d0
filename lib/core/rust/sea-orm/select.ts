import { identifier, qualified } from "../../sql/quote.js";
import { tableText } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { expressionText } from "./expression.js";
import { describe, nameOf, namesOf, tableOf } from "./names.js";
import { conditionText } from "./query-builder.js";

/** `Query::select()`, as far as migrations use it: in INSERT … SELECT, in subqueries and in conditions. */
export function selectText(machine: Machine, value: Value | undefined): string {
  if (value?.kind !== "term" || value.head.slice(-2).join("::") !== "Query::select") {
    throw new NotLowered(`${describe(value)} is not known to be a query`);
  }
  if (value.tainted !== null) throw new NotLowered(value.tainted, value.node);
  const parts = { distinct: "", columns: [] as string[], from: "", joins: "", where: [] as string[], tail: "" };
  for (const call of value.calls) take(machine, call, parts);
  const where = parts.where.length === 0 ? "" : ` WHERE ${parts.where.map((each) => `(${each})`).join(" AND ")}`;
  return `SELECT ${parts.distinct}${parts.columns.join(", ")}${parts.from}${parts.joins}${where}${parts.tail}`;
}

interface Parts {
  distinct: string;
  columns: string[];
  from: string;
  joins: string;
  where: string[];
  tail: string;
}

const JOINS: Readonly<Record<string, string>> = {
  inner_join: "INNER JOIN",
  left_join: "LEFT JOIN",
  right_join: "RIGHT JOIN",
};

function take(machine: Machine, { method, args, node }: Call, parts: Parts): void {
  const [first, second] = args;
  if (method === "column") parts.columns.push(columnText(machine, first));
  else if (method === "columns") parts.columns.push(...columnsText(machine, first));
  else if (method === "expr") parts.columns.push(expressionText(machine, first));
  else if (method === "exprs" && first?.kind === "list")
    parts.columns.push(...first.items.map((each) => expressionText(machine, each)));
  else if (method === "expr_as")
    parts.columns.push(`${expressionText(machine, first)} AS ${identifier(nameOf(machine, second))}`);
  else if (method === "from")
    parts.from = `${parts.from === "" ? " FROM " : `${parts.from}, `}${tableText(tableOf(machine, first))}`;
  else if (method === "from_as")
    parts.from = ` FROM ${tableText(tableOf(machine, first))} AS ${identifier(nameOf(machine, second))}`;
  else if (JOINS[method])
    parts.joins += ` ${JOINS[method]} ${tableText(tableOf(machine, first))} ON ${conditionText(machine, second)}`;
  else if (method === "and_where" || method === "cond_where") parts.where.push(conditionText(machine, first));
  else if (method === "distinct") parts.distinct = "DISTINCT ";
  else if (method === "group_by_col") parts.tail += ` GROUP BY ${columnText(machine, first)}`;
  else if (method === "limit") parts.tail += ` LIMIT ${expressionText(machine, first)}`;
  else throw new NotLowered(`What ${method} does to a query is not known`, node);
}

/** A column, or a pair of table and column. */
function columnText(machine: Machine, value: Value | undefined): string {
  if (value?.kind === "path" && value.segments.at(-1) === "Asterisk") return "*";
  if (value?.kind !== "list") return identifier(nameOf(machine, value));
  const { schema, name } = tableOf(machine, value);
  return qualified(schema, name);
}

function columnsText(machine: Machine, value: Value | undefined): readonly string[] {
  if (value?.kind === "list") return value.items.map((each) => columnText(machine, each));
  return namesOf(machine, value).map(identifier);
}

/** A query given as an operand. */
export function subqueryOf(value: Value | undefined): Term | null {
  if (value?.kind !== "term") return null;
  if (value.head.slice(-2).join("::") === "Query::select") return value;
  return value.head.at(-1) === "SelectStatement" && value.calls.length === 0 ? subqueryOf(value.args[0]) : null;
}
