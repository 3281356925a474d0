import type { RustNode } from "../syntax/rust-node.js";
import { calculated } from "./integers.js";
import type { Machine } from "./machine.js";
import { derefed, put } from "./place.js";
import { locate, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { text, UNIT, unknown, type Value } from "./value.js";

/** `place = value`, `place += value`, and `(a, b) = pair`. */
export function assign(machine: Machine, node: RustNode, scope: Scope): Value {
  const target = node.field("left");
  const right = node.field("right");
  if (!target || !right) return unknown("The assignment is incomplete", node);
  const value = machine.evaluate(right, scope);
  if (node.type === "compound_assignment_expr") return compound(machine, node, target, derefed(value), scope);
  if (/^(tuple|array|struct|call)_expression$/.test(target.type)) return takeApart(machine, target, value, scope);
  if (target.text !== "_") put(locate(machine, target, scope), value);
  return UNIT;
}

function compound(machine: Machine, node: RustNode, target: RustNode, value: Value, scope: Scope): Value {
  const place = locate(machine, target, scope);
  const old = derefed(place.get());
  const operator = /^\s*([-+*])=/.exec(node.text.slice(target.end - node.start))?.[1] ?? null;
  const number =
    operator !== null && old.kind === "number" && value.kind === "number" ? calculated(operator, old, value) : null;
  if (operator === "+" && old.kind === "text" && value.kind === "text") {
    machine.makeText(old.text.length + value.text.length, node);
    place.set(text(old.text + value.text));
  } else if (number) place.set(number);
  else spoil(place, "The value changes as the code runs", node);
  return UNIT;
}

function takeApart(machine: Machine, target: RustNode, value: Value, scope: Scope): Value {
  if (!/^(tuple|array)_expression$/.test(target.type)) {
    for (const part of target.descendants()) {
      const cell = part.type === "identifier" ? scope.find(part.text) : null;
      if (cell) spoil(cell, "A pattern assigns to it", target);
    }
    return UNIT;
  }
  const parts = target.plain;
  const pairs = target.type === "tuple_expression" && value.kind === "list" && value.items.length === parts.length;
  for (const [at, part] of parts.entries()) {
    if (/^(tuple|array|struct|call)_expression$/.test(part.type)) {
      takeApart(machine, part, (pairs ? value.items[at] : null) ?? unknown("The part is not known", part), scope);
    } else if (part.text !== "_" && part.text !== "..") {
      const item = pairs ? value.items[at] : undefined;
      put(locate(machine, part, scope), item ?? unknown("The part is not known before the code runs", part));
    }
  }
  return UNIT;
}
