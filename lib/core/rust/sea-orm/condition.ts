import type { Machine } from "../evaluate/machine.js";
import type { Call, Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { expressionText } from "./expression.js";

/** An expression, or `Condition::all()` and `Condition::any()` with what was added to them. */
export function conditionText(machine: Machine, value: Value | undefined): string {
  if (value?.kind === "term" && value.calls.at(-1)?.method === "into_condition") {
    return conditionText(machine, { ...value, calls: value.calls.slice(0, -1) });
  }
  const kind =
    value?.kind === "term" ? /^(?:Condition|Cond)::(all|any)$/.exec(value.head.slice(-2).join("::"))?.[1] : undefined;
  if (kind === undefined || value?.kind !== "term") return expressionText(machine, value);
  const parts = value.calls.flatMap((call) => addedText(machine, call));
  const text = parts.join(kind === "all" ? " AND " : " OR ") || (kind === "all" ? "TRUE" : "FALSE");
  return value.calls.filter(({ method }) => method === "not").length % 2 === 1 ? `NOT (${text})` : text;
}

function addedText(machine: Machine, { method, args, node }: Call): readonly string[] {
  const [value] = args;
  if (method === "not") return [];
  if (method === "add") return [`(${conditionText(machine, value)})`];
  if (method !== "add_option") throw new NotLowered(`What ${method} does to a condition is not known`, node);
  return optionText(machine, value);
}

function optionText(machine: Machine, value: Value | undefined): readonly string[] {
  if (value?.kind === "none") return [];
  if (value?.kind === "some") return [`(${conditionText(machine, value.value)})`];
  throw new NotLowered("Whether there is a condition is not known before the code runs");
}

/** Whether a call adds a condition to a statement. */
export function isCondition({ method }: Call): boolean {
  return /^(and_where|cond_where|and_where_option)$/.test(method);
}

/** The conditions that a call adds, in parentheses. */
export function conditionsOf(machine: Machine, { method, args }: Call): readonly string[] {
  return method === "and_where_option" ? optionText(machine, args[0]) : [`(${conditionText(machine, args[0])})`];
}
