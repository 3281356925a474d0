import { identifier, qualified } from "../../sql/quote.js";
import { columnList, createIndexText, type IndexText, type TableName } from "../../sql/render.js";
import type { Machine } from "../evaluate/machine.js";
import type { Call, Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { conditionsOf, isCondition } from "./condition.js";
import { expressionText } from "./expression.js";
import { describe, nameOf, tableOf } from "./names.js";

type Collected = { -readonly [K in keyof Omit<IndexText, "table">]: IndexText[K] } & {
  table: TableName | null;
  primary: boolean;
  ifExists: boolean;
  columns: string[];
  conditions: string[];
};

function collect(machine: Machine, value: Value | undefined): Collected {
  if (value?.kind !== "term") throw new NotLowered(`${describe(value)} is not known to describe an index`);
  const index: Collected = {
    name: null,
    table: null,
    unique: false,
    primary: false,
    concurrently: false,
    ifNotExists: false,
    ifExists: false,
    method: null,
    keys: [],
    columns: [],
    include: [],
    nullsNotDistinct: false,
    where: null,
    conditions: [],
  };
  for (const call of value.calls) apply(machine, index, call);
  return index;
}

function apply(machine: Machine, index: Collected, call: Call): void {
  const { method, node } = call;
  const [value] = call.args;
  if (method === "name") index.name = nameOf(machine, value);
  else if (method === "table") index.table = tableOf(machine, value);
  else if (method === "col") {
    const key = keyOf(machine, value);
    index.keys = [...index.keys, key.text];
    index.columns.push(key.column ?? "");
  } else if (method === "unique") index.unique = true;
  else if (method === "primary") index.primary = true;
  else if (method === "concurrently") index.concurrently = true;
  else if (method === "if_not_exists") index.ifNotExists = true;
  else if (method === "if_exists") index.ifExists = true;
  else if (method === "nulls_not_distinct") index.nullsNotDistinct = true;
  else if (method === "include") index.include = [...index.include, nameOf(machine, value)];
  else if (method === "full_text") index.method = "GIN";
  else if (method === "index_type") index.method = methodText(machine, value);
  else if (isCondition(call)) index.conditions.push(...conditionsOf(machine, call));
  else throw new NotLowered(`What ${method} does to an index is not known`, node);
}

function methodText(machine: Machine, value: Value | undefined): string {
  if (value?.kind === "term" && value.head.at(-1) === "Custom") return nameOf(machine, value.args[0]);
  const name = value?.kind === "path" ? value.segments.at(-1) : undefined;
  const method = { BTree: "BTREE", Hash: "HASH", FullText: "GIN" }[name ?? ""];
  if (!method) throw new NotLowered(`The index type ${describe(value)} is not known`);
  return method;
}

/** A column, a column with its order or prefix length, or an expression. */
function keyOf(machine: Machine, value: Value | undefined): { text: string; column: string | null } {
  if (value?.kind === "list") {
    const [head, ...rest] = value.items;
    const key = keyOf(machine, head);
    return { ...key, text: [key.text, ...rest.map(suffixOf)].join(" ") };
  }
  if (value?.kind === "term" && value.calls.some((call) => /^with_operator_class$/.test(call.method))) {
    const head: Term = { ...value, calls: value.calls.filter((call) => call.method === "into_index_column") };
    const column = nameOf(
      machine,
      head.calls.length > 0 ? { kind: "path", segments: head.head, node: head.node } : head,
    );
    const classes = value.calls.filter((call) => call.method === "with_operator_class");
    return { text: [identifier(column), ...classes.map((call) => nameOf(machine, call.args[0]))].join(" "), column };
  }
  const isExpression = value?.kind === "term" && /^(Expr|SimpleExpr|Func|PgFunc)$/.test(value.head.at(-2) ?? "");
  if (isExpression) return { text: `(${expressionText(machine, value)})`, column: null };
  const column = nameOf(machine, value);
  return { text: identifier(column), column };
}

function suffixOf(value: Value): string {
  if (value.kind === "number") return `(${value.text})`;
  const name = value.kind === "path" ? value.segments.at(-1) : undefined;
  if (name === "Asc") return "ASC";
  if (name === "Desc") return "DESC";
  throw new NotLowered(`The order ${describe(value)} of an index is not known`);
}

export function createIndex(machine: Machine, term: Term): string {
  const index = collect(machine, term);
  if (!index.table) throw new NotLowered("The index does not say which table it is on", term.node);
  if (index.primary) throw new NotLowered("PostgreSQL has no CREATE PRIMARY KEY INDEX", term.node);
  const where = index.conditions.length === 0 ? null : index.conditions.join(" AND ");
  return createIndexText({ ...index, table: index.table, where });
}

export function dropIndex(machine: Machine, term: Term): string {
  const index = collect(machine, term);
  if (index.name === null) throw new NotLowered("The index to drop has no name", term.node);
  const head = `DROP INDEX ${index.concurrently ? "CONCURRENTLY " : ""}${index.ifExists ? "IF EXISTS " : ""}`;
  return `${head}${qualified(index.table?.schema, index.name)}`;
}

/** A key given inside CREATE TABLE: a primary key or a unique constraint. Source: sea-query `backend/postgres/index.rs`. */
export function tableKeyText(machine: Machine, value: Value | undefined, primary: boolean): string {
  const index = collect(machine, value);
  const kind = primary || index.primary ? "PRIMARY KEY" : index.unique ? "UNIQUE" : null;
  if (kind === null) throw new NotLowered("PostgreSQL has no plain index inside CREATE TABLE");
  const name = index.name === null ? "" : `CONSTRAINT ${identifier(index.name)} `;
  const distinct = index.nullsNotDistinct ? " NULLS NOT DISTINCT" : "";
  const include = index.include.length === 0 ? "" : ` INCLUDE ${columnList(index.include)}`;
  return `${name}${kind}${distinct} (${index.keys.join(", ")})${include}`;
}
