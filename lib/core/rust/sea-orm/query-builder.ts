import { identifier } from "../../sql/quote.js";
import { columnList, tableText } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { builderOf } from "./builder-name.js";
import { columnsText, columnText } from "./columns.js";
import { conditionsOf, isCondition } from "./condition.js";
import { expressionText } from "./expression.js";
import { describe, nameOf, namesOf, tableOf } from "./names.js";
import { selectText } from "./select.js";
import { withText } from "./with-clause.js";

/** `Query::insert()`: rows that the code names one by one. */
export function insertText(machine: Machine, term: Term): string {
  let table: string | null = null;
  let columns: readonly string[] = [];
  const rows: string[] = [];
  let conflict = "";
  for (const call of term.calls) {
    const [value] = call.args;
    if (call.method === "into_table") table = tableText(tableOf(machine, value));
    else if (call.method === "columns") columns = namesOf(machine, value);
    else if (call.method === "values" || call.method === "values_panic") rows.push(rowText(machine, value));
    else if (call.method === "select_from") rows.push(selectText(machine, value));
    else if (call.method === "on_conflict") conflict = ` ${conflictText(machine, value)}`;
    else if (!isAround(call)) throw new NotLowered(`What ${call.method} does to an INSERT is not known`, call.node);
  }
  if (table === null || rows.length === 0) throw new NotLowered("The INSERT names no table or no rows", term.node);
  const [query] = rows;
  const source = query?.startsWith("SELECT ") && rows.length === 1 ? query : `VALUES ${rows.join(", ")}`;
  return `${withOf(machine, term)}INSERT INTO ${table} ${columnList(columns)} ${source}${conflict}${returning(machine, term)}`;
}

function rowText(machine: Machine, value: Value | undefined): string {
  if (value?.kind !== "list") throw new NotLowered(`The row ${describe(value)} is not known before the code runs`);
  return `(${value.items.map((item) => expressionText(machine, item)).join(", ")})`;
}

function conflictText(machine: Machine, value: Value | undefined): string {
  if (value?.kind !== "term") throw new NotLowered("The conflict rule is not known");
  const target = /^(column|columns)$/.test(value.head.at(-1) ?? "") ? columnList(namesOf(machine, value.args[0])) : "";
  const actions = value.calls.map((call) => {
    if (call.method === "do_nothing") return "DO NOTHING";
    if (call.method === "update_column" || call.method === "update_columns") {
      const set = namesOf(machine, call.args[0]).map((name) => `${identifier(name)} = excluded.${identifier(name)}`);
      return `DO UPDATE SET ${set.join(", ")}`;
    }
    throw new NotLowered(`What ${call.method} does to a conflict is not known`, call.node);
  });
  if (actions.length !== 1) throw new NotLowered("The conflict rule has several actions", value.node);
  return `ON CONFLICT ${target} ${actions[0]}`;
}

export function updateText(machine: Machine, term: Term): string {
  const table = term.calls.find((call) => call.method === "table");
  if (!table) throw new NotLowered("The UPDATE names no table", term.node);
  const set: string[] = [];
  const where: string[] = [];
  const from: string[] = [];
  for (const call of term.calls) {
    if (call.method === "value") set.push(assignment(machine, call.args));
    else if (call.method === "values" && call.args[0]?.kind === "list") {
      for (const pair of call.args[0].items) set.push(assignment(machine, pair.kind === "list" ? pair.items : []));
    } else if (isCondition(call)) where.push(...conditionsOf(machine, call));
    else if (call.method === "from") from.push(tableText(tableOf(machine, call.args[0])));
    else if (call.method !== "table" && !isAround(call))
      throw new NotLowered(`What ${call.method} does to an UPDATE is not known`, call.node);
  }
  const others = from.length > 0 ? ` FROM ${from.join(", ")}` : "";
  return `${withOf(machine, term)}UPDATE ${tableText(tableOf(machine, table.args[0]))} SET ${set.join(", ")}${others}${whereText(where)}${returning(machine, term)}`;
}

function assignment(machine: Machine, [column, value]: readonly Value[]): string {
  return `${identifier(nameOf(machine, column))} = ${expressionText(machine, value)}`;
}

export function deleteText(machine: Machine, term: Term): string {
  const table = term.calls.find((call) => call.method === "from_table");
  if (!table) throw new NotLowered("The DELETE names no table", term.node);
  const other = term.calls.find((call) => call.method !== "from_table" && !isCondition(call) && !isAround(call));
  if (other) throw new NotLowered(`What ${other.method} does to a DELETE is not known`, other.node);
  const where = term.calls.filter(isCondition).flatMap((call) => conditionsOf(machine, call));
  return `${withOf(machine, term)}DELETE FROM ${tableText(tableOf(machine, table.args[0]))}${whereText(where)}${returning(machine, term)}`;
}

/** Calls that add something before or after any of the three. */
function isAround({ method }: Call): boolean {
  return /^(with|with_cte|returning|returning_col|returning_all)$/.test(method);
}

function withOf(machine: Machine, term: Term): string {
  const clauses = term.calls.filter(({ method }) => method === "with" || method === "with_cte");
  return withText(
    machine,
    clauses.map(({ args }) => args[0]),
    statementText,
  );
}

/** A query, or a statement that changes rows, inside another one. */
function statementText(machine: Machine, value: Value | undefined): string {
  const head = value?.kind === "term" ? builderOf(value) : "";
  if (value?.kind === "term") {
    if (head === "Query::insert") return insertText(machine, value);
    if (head === "Query::update") return updateText(machine, value);
    if (head === "Query::delete") return deleteText(machine, value);
  }
  return selectText(machine, value);
}

function returning(machine: Machine, term: Term): string {
  const call = term.calls.findLast(({ method }) => method.startsWith("returning"));
  if (!call) return "";
  const [value] = call.args;
  if (call.method === "returning_all") return " RETURNING *";
  if (call.method === "returning_col") return ` RETURNING ${columnText(machine, value)}`;
  if (value?.kind !== "term" || value.head.slice(-2).join("::") !== "Query::returning") {
    throw new NotLowered(`What ${describe(value)} returns is not known`, call.node);
  }
  const items = value.calls.flatMap(({ method, args, node }) => {
    if (method === "all") return ["*"];
    if (method === "column") return [columnText(machine, args[0])];
    if (method === "columns") return columnsText(machine, args[0]);
    throw new NotLowered(`What ${method} does to RETURNING is not known`, node);
  });
  return ` RETURNING ${items.join(", ")}`;
}

function whereText(conditions: readonly string[]): string {
  return conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
}
