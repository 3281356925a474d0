import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { expressionText } from "./expression.js";

/** An expression, or `Condition::all()` and `Condition::any()` with what was added to them. */
export function conditionText(machine: Machine, value: Value | undefined): string {
  const kind =
    value?.kind === "term" ? /^(?:Condition|Cond)::(all|any)$/.exec(value.head.slice(-2).join("::"))?.[1] : undefined;
  if (kind === undefined || value?.kind !== "term") return expressionText(machine, value);
  const parts = value.calls.map((call) => {
    if (call.method !== "add") throw new NotLowered(`What ${call.method} does to a condition is not known`, call.node);
    return `(${conditionText(machine, call.args[0])})`;
  });
  return parts.join(kind === "all" ? " AND " : " OR ") || "TRUE";
}
