import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import type { Scope } from "./scope.js";
import type { Value } from "./value.js";

/** A variable, a constant, or a path that stands for itself. */
export function evaluatePath(machine: Machine, node: RustNode, scope: Scope): Value {
  const segments = pathOf(node);
  const [name = ""] = segments;
  if (segments.length === 1) {
    const variable = scope.get(name);
    if (variable) return variable;
    if (name === "None") return { kind: "none" };
  }
  const path = withSelf(machine, segments);
  const constant = machine.crate.resolve("const", path, node.source);
  const value = constant?.node.field("value");
  if (value) return machine.evaluate(value, machine.scope(null));
  return { kind: "path", segments: path, node };
}

export function withSelf(machine: Machine, segments: readonly string[]): readonly string[] {
  const type = machine.selfTypes.at(-1);
  return segments[0] === "Self" && type ? [type, ...segments.slice(1)] : segments;
}
