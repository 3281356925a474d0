import { identifier, literal } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { Term, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { activeEnumText } from "./active-enum.js";
import { COMPARISONS } from "./comparisons.js";
import { jsonMacro, jsonText } from "./json-value.js";
import { describe, nameOf, tableOf } from "./names.js";
import { subqueryOf } from "./subquery.js";

/** A sea-query value or expression as SQL text. Throws `NotLowered` for what is unknown. */
export function expressionText(machine: Machine, value: Value | undefined): string {
  switch (value?.kind) {
    case "text":
      return literal(value.text).trimStart();
    case "number":
      return numberText(value.text) ?? fail(value);
    case "bool":
      return value.value ? "TRUE" : "FALSE";
    case "none":
      return "NULL";
    case "some":
      return expressionText(machine, value.value);
    case "path":
      return keyword(value.segments) ?? activeEnumText(machine, value) ?? fail(value);
    case "term":
      return termText(machine, value);
    default:
      return fail(value);
  }
}

/** As Rust prints it: `1.0` as `1`, never with an exponent. */
function numberText(text: string): string | null {
  if (!/[.eE]/.test(text)) return text;
  const printed = String(Number(text));
  return /^-?\d+(\.\d+)?$/.test(printed) ? printed : null;
}

function fail(value: Value | undefined): never {
  const why = value?.kind === "unknown" ? `: ${value.reason}` : "";
  throw new NotLowered(`The value ${describe(value)} is not known before the code runs${why}`);
}

const KEYWORDS: Readonly<Record<string, string>> = {
  CurrentTimestamp: "CURRENT_TIMESTAMP",
  CurrentDate: "CURRENT_DATE",
  CurrentTime: "CURRENT_TIME",
  Null: "NULL",
  current_timestamp: "CURRENT_TIMESTAMP",
  current_date: "CURRENT_DATE",
  current_time: "CURRENT_TIME",
  null: "NULL",
};

function keyword(segments: readonly string[]): string | null {
  return segments.at(-2) === "Keyword" || segments.at(-2) === "Expr" ? (KEYWORDS[segments.at(-1) ?? ""] ?? null) : null;
}

type Head = (machine: Machine, args: readonly Value[]) => string;

const first: Head = (machine, [value]) => expressionText(machine, value);
const raw: Head = (machine, [value]) => {
  if (value?.kind === "text") return value.text;
  return value ? nameOf(machine, value) : fail(value);
};

/** Functions that create an expression, by type and name. */
const HEADS: Readonly<Record<string, Head>> = {
  "Expr::val": first,
  "Expr::value": first,
  "Expr::expr": first,
  "Expr::current_timestamp": () => "CURRENT_TIMESTAMP",
  "Expr::current_date": () => "CURRENT_DATE",
  "Expr::current_time": () => "CURRENT_TIME",
  "Expr::null": () => "NULL",
  "Expr::cust": raw,
  "Expr::custom_keyword": raw,
  "SimpleExpr::Custom": raw,
  "Expr::Custom": raw,
  "SimpleExpr::Value": first,
  "SimpleExpr::Keyword": first,
  "SimpleExpr::Constant": first,
  "Keyword::Custom": raw,
  "SimpleExpr::from": first,
  "Expr::from": first,
  "Value::from": first,
  "Func::cust": (machine, [name]) => nameOf(machine, name),
  "Uuid::nil": () => "'00000000-0000-0000-0000-000000000000'",
  "Value::Array": (machine, [, items]) => arrayText(machine, items),
  "Uuid::new_v4": () => "gen_random_uuid()",
  "PgFunc::gen_random_uuid": () => "gen_random_uuid()",
  "Func::sum": (machine, [value]) => `sum(${expressionText(machine, value)})`,
  "Func::avg": (machine, [value]) => `avg(${expressionText(machine, value)})`,
  "Func::char_length": (machine, [value]) => `char_length(${expressionText(machine, value)})`,
  "Func::lower": (machine, [value]) => `lower(${expressionText(machine, value)})`,
  "Func::upper": (machine, [value]) => `upper(${expressionText(machine, value)})`,
  "Func::coalesce": (machine, [list]) => `coalesce(${listText(machine, list)})`,
  "Func::max": (machine, [value]) => `max(${expressionText(machine, value)})`,
  "Func::min": (machine, [value]) => `min(${expressionText(machine, value)})`,
  "Func::count": (machine, [value]) => `count(${expressionText(machine, value)})`,
  "SimpleExpr::SubQuery": (machine, [, query]) => subqueryText(machine, query),
  "Expr::SubQuery": (machine, [, query]) => subqueryText(machine, query),
  "Expr::exists": (machine, [query]) => `EXISTS ${subqueryText(machine, query)}`,
  "Expr::any": (machine, [query]) => `ANY ${subqueryText(machine, query)}`,
  "Expr::some": (machine, [query]) => `SOME ${subqueryText(machine, query)}`,
  "Expr::all": (machine, [query]) => `ALL ${subqueryText(machine, query)}`,
  "Expr::col": columnText,
  "Expr::column": columnText,
};

/** An array as sea-query writes one. Source: sea-query `query_builder.rs`, `value_to_string`. */
function arrayText(machine: Machine, value: Value | undefined): string {
  const held = value?.kind === "some" ? value.value : value;
  if (held?.kind === "none") return "NULL";
  if (held?.kind !== "list") return fail(value);
  if (held.items.length === 0) return "'{}'";
  return `ARRAY [${held.items.map((item) => expressionText(machine, item)).join(",")}]`;
}

function subqueryText(machine: Machine, value: Value | undefined): string {
  const query = subqueryOf(value);
  if (!query) throw new NotLowered(`The subquery ${describe(value)} is not known`);
  return `(${machine.library.queryText(machine, query)})`;
}

function columnText(machine: Machine, [value]: readonly Value[]): string {
  if (value?.kind !== "list") return identifier(nameOf(machine, value));
  const { schema, name } = tableOf(machine, value);
  return schema === null ? identifier(name) : `${identifier(schema)}.${identifier(name)}`;
}

function termText(machine: Machine, term: Term): string {
  const name = term.head.slice(-2).join("::");
  let calls = term.calls;
  let text = CASES.test(name) ? caseText(machine, term) : headText(machine, term);
  if (text === null) return jsonText(machine, term) ?? fail(term);
  if (CASES.test(name)) calls = calls.filter(({ method }) => !/^(case|finally)$/.test(method));
  if (name === "Func::cust") {
    const args = calls.filter((call) => call.method === "arg").map((call) => expressionText(machine, call.args[0]));
    const many = calls.filter((call) => call.method === "args").map((call) => listText(machine, call.args[0]));
    calls = calls.filter((call) => call.method !== "arg" && call.method !== "args");
    text = `${text}(${[...args, ...many].join(", ")})`;
  }
  let compound = isCompound({ ...term, calls: [] });
  for (const { method, args } of calls) {
    text = applied(machine, compound ? `(${text})` : text, method, args);
    compound = !isCall(method);
  }
  return text;
}

function headText(machine: Machine, term: Term): string | null {
  const head = HEADS[term.head.slice(-2).join("::")];
  if (term.head.at(-1) === "json!") return jsonMacro(term) ?? fail(term);
  if (head) return head(machine, term.args);
  if (term.head.at(-2) === "Value") return expressionText(machine, term.args[0]);
  if (term.args.length === 0 && term.calls.length > 0) return identifier(nameOf(machine, headPath(term)));
  return null;
}

const CASES = /^(Expr::case|CaseStatement::new)$/;

/** Source: sea-query `query_builder.rs`, `prepare_case_statement`. */
function caseText(machine: Machine, term: Term): string {
  const first = term.head.at(-1) === "case" ? [term.args] : [];
  const branches = [...first, ...term.calls.filter(({ method }) => method === "case").map(({ args }) => args)];
  const last = term.calls.findLast(({ method }) => method === "finally");
  const texts = branches.map(
    ([when, then]) => `WHEN (${expressionText(machine, when)}) THEN ${operandText(machine, then)}`,
  );
  if (texts.length === 0) return fail(term);
  return `(CASE ${texts.join(" ")}${last ? ` ELSE ${operandText(machine, last.args[0])}` : ""} END)`;
}

/** As an operand: sea-query puts what another operator could tear apart in parentheses. */
function operandText(machine: Machine, value: Value | undefined): string {
  const text = expressionText(machine, value);
  return isCompound(value) ? `(${text})` : text;
}

/** Whether the text of a value is more than a name, a constant or a call. */
function isCompound(value: Value | undefined): boolean {
  if (value?.kind === "some") return isCompound(value.value);
  if (value?.kind !== "term") return false;
  const name = value.head.slice(-2).join("::");
  const last = value.calls.findLast(({ method }) => !/^(arg|args|case|finally)$/.test(method));
  if (last) return !isCall(last.method);
  if (/^(Expr::cust|Expr::custom_keyword|(SimpleExpr|Expr|Keyword)::Custom)$/.test(name)) return true;
  const isSame = HEADS[name] === first || value.head.at(-2) === "Value";
  return isSame && isCompound(value.args[0]);
}

/** Whether what a method writes is a call. */
function isCall(method: string): boolean {
  return method in FUNCTIONS || method === "cast_as" || method === "as_enum";
}

/** `User::Id.eq(1)`: the chain starts with a path. */
function headPath(term: Term): Value {
  return { kind: "path", segments: term.head, node: term.node };
}

const OPERATORS: Readonly<Record<string, string>> = {
  ...COMPARISONS,
  equals: "=",
  not_equals: "<>",
  ilike: "ILIKE",
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  modulo: "%",
  left_shift: "<<",
  right_shift: ">>",
  bit_and: "&",
  bit_or: "|",
  concat: "||",
  is: "IS",
  is_not: "IS NOT",
};

/** Methods that call a function with what they are called on. */
const FUNCTIONS: Readonly<Record<string, string>> = { max: "max", min: "min", sum: "sum", count: "count" };

function applied(machine: Machine, text: string, method: string, args: readonly Value[]): string {
  const [value] = args;
  const operator = OPERATORS[method];
  if (method === "in_subquery" || method === "not_in_subquery") {
    return `${text} ${method === "in_subquery" ? "IN" : "NOT IN"} ${subqueryText(machine, value)}`;
  }
  if (method === "equals" || method === "not_equals") return `${text} ${operator} ${columnText(machine, args)}`;
  if (operator) return `${text} ${operator} ${operandText(machine, value)}`;
  if (FUNCTIONS[method] !== undefined) return `${FUNCTIONS[method]}(${text})`;
  if (method === "is_null") return `${text} IS NULL`;
  if (method === "is_not_null") return `${text} IS NOT NULL`;
  if (method === "is_in" || method === "is_not_in") {
    if (isEmpty(value)) return method === "is_in" ? "1 = 2" : "1 = 1";
    return `${text} ${method === "is_in" ? "IN" : "NOT IN"} (${listText(machine, value)})`;
  }
  if (method === "between" || method === "not_between") {
    const range = args.map((arg) => operandText(machine, arg)).join(" AND ");
    return `${text} ${method === "between" ? "BETWEEN" : "NOT BETWEEN"} ${range}`;
  }
  if (method === "and") return `(${text}) AND (${expressionText(machine, value)})`;
  if (method === "or") return `(${text}) OR (${expressionText(machine, value)})`;
  if (method === "not") return `NOT (${text})`;
  if (method === "cast_as" || method === "as_enum") return `CAST(${text} AS ${nameOf(machine, value)})`;
  throw new NotLowered(`The expression uses ${method}, which is not known`);
}

function isEmpty(value: Value | undefined): boolean {
  return value?.kind === "list" && value.items.length === 0;
}

function listText(machine: Machine, value: Value | undefined): string {
  if (value?.kind !== "list") throw new NotLowered(`The list ${describe(value)} is not known before the code runs`);
  return value.items.map((item) => expressionText(machine, item)).join(", ");
}

/** A constant needs no parentheses as a default; an expression does. */
export function isConstant(value: Value | undefined): boolean {
  if (value?.kind === "some") return isConstant(value.value);
  if (value?.kind === "text" || value?.kind === "number" || value?.kind === "bool" || value?.kind === "none")
    return true;
  if (value?.kind === "path") return true;
  if (value?.kind !== "term" || value.calls.length > 0) return false;
  if (value.head.at(-1) === "json!" || value.head.at(-2) === "Value") return true;
  if (value.head.slice(-2).join("::") === "Uuid::nil") return true;
  return /^(Expr::(val|value|current_timestamp|current_date|current_time|null)|SimpleExpr::(Keyword|Value|Constant))$/.test(
    value.head.slice(-2).join("::"),
  );
}
