import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { derefed, fieldPlace, followed, itemPlace, type Place } from "./place.js";
import type { Scope } from "./scope.js";
import { mayReach, unknown, type Value, within } from "./value.js";

/** The place that an expression names; a value without a name gets its own. */
export function locate(machine: Machine, node: RustNode, scope: Scope): Place {
  const [first, second] = node.plain;
  switch (node.type) {
    case "identifier":
    case "self": {
      const cell = scope.find(node.text.replace(/^r#/, ""));
      if (cell) return cell;
      break;
    }
    case "parenthesized_expression":
      if (first) return locate(machine, first, scope);
      break;
    case "unary_expression":
      if (node.operator === "*" && first) return followed(locate(machine, first, scope));
      break;
    case "field_expression": {
      const whole = node.field("value");
      const name = node.field("field")?.text ?? "";
      if (whole && name !== "await") return fieldPlace(locate(machine, whole, scope), name, node);
      break;
    }
    case "index_expression": {
      if (!first || !second) break;
      const index = machine.read(second, scope);
      return itemPlace(locate(machine, first, scope), index.kind === "number" ? Number(index.text) : null, node);
    }
    default:
  }
  const value = machine.evaluate(node, scope);
  return value.kind === "ref" ? value.place : machine.cell(value, true);
}

/** The value here, and what it refers to, is unknown from here on. The language keeps what is not `mut` from changing. */
export function spoil(place: Place, reason: string, node: RustNode): void {
  const target = followed(place);
  const held = target.get();
  if (held.kind === "handle") return;
  if (target.mutable) target.set(unknown(reason, node, mayReach(held)));
  for (const each of within(held)) if (each.kind === "ref") spoil(each.place, reason, node);
}

/**
 * Passes values to unknown code: it may change what they refer to, run what they hold, any number of times, or never. Returns the values as that code
 * sees them.
 */
export function handOver(machine: Machine, values: readonly Value[], what: string, node: RustNode): readonly Value[] {
  return values.map((value) => {
    const seen = derefed(value);
    for (const each of reachable(value)) {
      if (each.kind === "ref") spoil(each.place, `${what} is given it as &mut and may change it`, node);
      else if (each.kind === "closure") {
        const unknowns = each.params.map((param) => unknown("What the closure is given is not known", param));
        machine.anyOf([() => machine.callClosure(each, unknowns)], `Whether ${what} runs the code is not known`, node);
      } else if (each.kind === "future") {
        machine.anyOf([() => each.run()], `Whether ${what} runs the code is not known`, node);
      }
    }
    return seen;
  });
}

/** The value, every value in it, and every value behind a reference in it. */
function reachable(value: Value): readonly Value[] {
  return within(value).flatMap((each) => (each.kind === "ref" ? [each, ...reachable(each.place.get())] : [each]));
}
