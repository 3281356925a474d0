import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import type { Scope } from "./scope.js";
import { typed } from "./typed.js";
import { copied, unknown, type Value } from "./value.js";

/** A variable, a constant, or a path that stands for itself. */
export function evaluatePath(machine: Machine, node: RustNode, scope: Scope): Value {
  const segments = pathOf(node);
  const [name = ""] = segments;
  if (segments.length === 1) {
    const variable = scope.find(name);
    if (variable) return copiedClosure(variable.get());
    if (name === "None") return { kind: "none" };
  }
  const path = withSelf(machine, segments);
  return constantValue(machine, path, node) ?? { kind: "path", segments: path, node };
}

/** A closure that is named is given away, or copied: what one of them changes the other does not see. */
function copiedClosure(value: Value): Value {
  return value.kind === "closure" ? copied(value) : value;
}

/** Undefined when the files hold no such constant. */
export function constantValue(machine: Machine, path: readonly string[], node: RustNode): Value | undefined {
  const found = machine.crate.resolve("const", path, node);
  if (found === "ambiguous") return unknown(`Which value ${path.join("::")} means cannot be told`, node);
  if (!found) return undefined;
  const untold = machine.crate.untold(found);
  if (untold !== null) return unknown(untold, node);
  if (/^(pub(\([^)]*\))?\s+)?static\s+mut\b/.test(found.node.text)) {
    return unknown(`The static ${found.name} can be changed from anywhere`, node);
  }
  const value = found.node.field("value");
  return value
    ? typed(machine, machine.evaluate(value, machine.scope(null)), found.node.field("type"), node)
    : unknown(`The constant ${found.name} has no value here`, node);
}

export function withSelf(machine: Machine, segments: readonly string[]): readonly string[] {
  const type = machine.selfTypes.at(-1);
  return segments[0] === "Self" && type ? [type, ...segments.slice(1)] : segments;
}
