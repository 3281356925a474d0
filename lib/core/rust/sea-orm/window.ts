import type { Machine } from "../evaluate/machine.js";
import type { Value } from "../evaluate/value.js";
import { NotLowered } from "../lowering.js";
import { columnText } from "./columns.js";
import { expressionText } from "./expression.js";
import { describe } from "./names.js";

/** `WindowStatement::partition_by(…).order_by(…)`. A frame is not supported. */
export function windowText(machine: Machine, value: Value | undefined): string {
  const known = value?.kind === "term" && value.head.at(-2) === "WindowStatement";
  if (!known) throw new NotLowered(`The window ${describe(value)} is not known`);
  const parts: string[] = [];
  const order: string[] = [];
  const start = { method: value.head.at(-1) ?? "", args: value.args, node: value.node };
  for (const { method, args, node } of start.method === "new" ? value.calls : [start, ...value.calls]) {
    const [first, second] = args;
    if (method === "partition_by" || method === "add_partition_by") parts.push(columnText(machine, first));
    else if (method === "order_by") order.push(`${columnText(machine, first)}${orderText(second)}`);
    else if (method === "order_by_expr") order.push(`${expressionText(machine, first)}${orderText(second)}`);
    else throw new NotLowered(`What ${method} does to a window is not known`, node);
  }
  const list = (word: string, items: readonly string[]) => (items.length === 0 ? [] : [`${word} ${items.join(", ")}`]);
  return [...list("PARTITION BY", parts), ...list("ORDER BY", order)].join(" ");
}

/** ` ASC` or ` DESC`. */
export function orderText(value: Value | undefined): string {
  const name = value?.kind === "path" ? value.segments.at(-1) : undefined;
  if (name !== "Asc" && name !== "Desc") throw new NotLowered(`The order ${describe(value)} is not known`);
  return name === "Asc" ? " ASC" : " DESC";
}
