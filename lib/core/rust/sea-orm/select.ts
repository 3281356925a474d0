import { identifier } from "../../sql/quote.js";
import { tableText } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { builderOf } from "./builder-name.js";
import { columnsText, columnText } from "./columns.js";
import { conditionText } from "./condition.js";
import { expressionText } from "./expression.js";
import { describe, nameOf, tableOf } from "./names.js";
import { orderText, windowText } from "./window.js";
import { withText } from "./with-clause.js";

/** `Query::select()`. The clauses are in sea-query's order. Source: sea-query `query_builder.rs`, `prepare_select_statement`. */
export function selectText(machine: Machine, value: Value | undefined): string {
  if (value?.kind !== "term" || builderOf(value) !== "Query::select") {
    throw new NotLowered(`${describe(value)} is not known to be a query`);
  }
  const parts = emptyParts();
  const clauses = value.calls.filter(({ method }) => method === "with_cte");
  for (const call of value.calls.filter((each) => !clauses.includes(each))) take(machine, call, parts);
  const before = withText(
    machine,
    clauses.map(({ args }) => args[0]),
    selectText,
  );
  const list = (word: string, items: readonly string[], separator = ", ") =>
    items.length === 0 ? "" : ` ${word} ${items.join(separator)}`;
  const all = (conditions: readonly string[]) => conditions.map((each) => `(${each})`);
  return [
    `${before}SELECT ${parts.distinct}${parts.columns.join(", ")}`,
    list("FROM", parts.from),
    parts.joins.join(""),
    list("WHERE", all(parts.where), " AND "),
    list("GROUP BY", parts.group),
    list("HAVING", all(parts.having), " AND "),
    list("WINDOW", parts.windows),
    parts.unions.join(""),
    list("ORDER BY", parts.order),
    parts.limits.join(""),
  ].join("");
}

function emptyParts() {
  const list = (): string[] => [];
  return {
    distinct: "",
    columns: list(),
    from: list(),
    joins: list(),
    where: list(),
    group: list(),
    having: list(),
    windows: list(),
    unions: list(),
    order: list(),
    limits: list(),
  };
}
type Parts = ReturnType<typeof emptyParts>;

const JOINS: Readonly<Record<string, string>> = {
  inner_join: "INNER JOIN",
  left_join: "LEFT JOIN",
  right_join: "RIGHT JOIN",
  full_outer_join: "FULL OUTER JOIN",
  cross_join: "CROSS JOIN",
  InnerJoin: "INNER JOIN",
  LeftJoin: "LEFT JOIN",
  RightJoin: "RIGHT JOIN",
  FullOuterJoin: "FULL OUTER JOIN",
  CrossJoin: "CROSS JOIN",
  Join: "JOIN",
};
const UNIONS: Readonly<Record<string, string>> = {
  All: "UNION ALL",
  Distinct: "UNION",
  Intersect: "INTERSECT",
  Except: "EXCEPT",
};

type Take = (machine: Machine, args: readonly Value[], parts: Parts) => void;

const as = (machine: Machine, value: Value | undefined) => ` AS ${identifier(nameOf(machine, value))}`;

/** What each method of the builder adds. */
const METHODS: Readonly<Record<string, Take>> = {
  column: (machine, [column], { columns }) => columns.push(columnText(machine, column)),
  columns: (machine, [list], { columns }) => columns.push(...columnsText(machine, list)),
  expr: (machine, [value], { columns }) => columns.push(expressionText(machine, value)),
  exprs: (machine, [list], { columns }) => columns.push(...itemsOf(list).map((each) => expressionText(machine, each))),
  expr_as: (machine, [value, name], { columns }) =>
    columns.push(`${expressionText(machine, value)}${as(machine, name)}`),
  expr_window: (machine, [value, window], { columns }) =>
    columns.push(`${expressionText(machine, value)} OVER (${windowText(machine, window)})`),
  expr_window_as: (machine, [value, window, name], { columns }) =>
    columns.push(`${expressionText(machine, value)} OVER (${windowText(machine, window)})${as(machine, name)}`),
  expr_window_name_as: (machine, [value, window, name], { columns }) =>
    columns.push(`${expressionText(machine, value)} OVER ${identifier(nameOf(machine, window))}${as(machine, name)}`),
  window: (machine, [name, window], { windows }) =>
    windows.push(`${identifier(nameOf(machine, name))} AS (${windowText(machine, window)})`),
  from: (machine, [table], { from }) => from.push(tableText(tableOf(machine, table))),
  from_as: (machine, [table, name], { from }) => from.push(`${tableText(tableOf(machine, table))}${as(machine, name)}`),
  from_subquery: (machine, [query, name], { from }) => from.push(`(${selectText(machine, query)})${as(machine, name)}`),
  join: (machine, [kind, table, on], { joins }) => joins.push(joinText(machine, lastOf(kind), [table, on])),
  join_as: (machine, [kind, table, name, on], { joins }) =>
    joins.push(joinText(machine, lastOf(kind), [table, on], as(machine, name))),
  and_where: (machine, [condition], { where }) => where.push(conditionText(machine, condition)),
  cond_where: (machine, [condition], { where }) => where.push(conditionText(machine, condition)),
  and_having: (machine, [condition], { having }) => having.push(conditionText(machine, condition)),
  cond_having: (machine, [condition], { having }) => having.push(conditionText(machine, condition)),
  distinct: (_machine, _args, parts) => {
    parts.distinct = "DISTINCT ";
  },
  distinct_on: (machine, [list], parts) => {
    parts.distinct = `DISTINCT ON (${columnsText(machine, list).join(", ")}) `;
  },
  group_by_col: (machine, [column], { group }) => group.push(columnText(machine, column)),
  group_by_columns: (machine, [list], { group }) => group.push(...columnsText(machine, list)),
  add_group_by: (machine, [list], { group }) =>
    group.push(...itemsOf(list).map((each) => expressionText(machine, each))),
  order_by: (machine, [column, order], parts) => parts.order.push(`${columnText(machine, column)}${orderText(order)}`),
  order_by_expr: (machine, [value, order], parts) =>
    parts.order.push(`${expressionText(machine, value)}${orderText(order)}`),
  union: (machine, [kind, query], { unions }) => {
    const word = UNIONS[lastOf(kind)];
    if (!word) throw new NotLowered(`How ${describe(kind)} joins two queries is not known`);
    unions.push(` ${word} (${selectText(machine, query)})`);
  },
  limit: (machine, [count], { limits }) => limits.push(` LIMIT ${expressionText(machine, count)}`),
  offset: (machine, [count], { limits }) => limits.push(` OFFSET ${expressionText(machine, count)}`),
};

function take(machine: Machine, { method, args, node }: Call, parts: Parts): void {
  if (method !== "join" && JOINS[method]) {
    parts.joins.push(joinText(machine, method, args));
    return;
  }
  const known = METHODS[method];
  if (!known) throw new NotLowered(`What ${method} does to a query is not known`, node);
  known(machine, args, parts);
}

function joinText(machine: Machine, kind: string, [table, on]: readonly (Value | undefined)[], alias = ""): string {
  const word = JOINS[kind];
  if (!word) throw new NotLowered(`The join ${kind} is not known`);
  const condition = kind.toLowerCase().startsWith("cross") ? "" : ` ON ${conditionText(machine, on)}`;
  return ` ${word} ${tableText(tableOf(machine, table))}${alias}${condition}`;
}

function lastOf(value: Value | undefined): string {
  return value?.kind === "path" ? (value.segments.at(-1) ?? "") : "";
}

function itemsOf(value: Value | undefined): readonly Value[] {
  if (value?.kind !== "list") throw new NotLowered(`The list ${describe(value)} is not known before the code runs`);
  return value.items;
}
