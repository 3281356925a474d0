import { type Item, pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine, SelfType } from "./machine.js";
import type { Scope } from "./scope.js";
import { typed } from "./typed.js";
import { copied, unknown, type Value } from "./value.js";

/** A variable, a constant, or a path that means itself. */
export function evaluatePath(machine: Machine, node: RustNode, scope: Scope): Value {
  const segments = pathOf(node);
  const [name = ""] = segments;
  if (segments.length === 1) {
    const variable = scope.find(name);
    if (variable) return copiedClosure(variable.get());
    if (name === "None") return { kind: "none" };
  }
  const path = withSelf(machine, segments, node);
  return constantValue(machine, path, node) ?? { kind: "path", segments: path, node };
}

/** A closure that is named is moved, or copied: what one copy changes the other does not see. */
function copiedClosure(value: Value): Value {
  return value.kind === "closure" ? copied(value) : value;
}

/** Undefined when the files contain no such constant. */
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

/** The type that `Self` means in a method. */
export function selfTypeOf(machine: Machine, { owner, type: name, within }: Item): SelfType | null {
  if (name === null) return null;
  const type = within?.kind === "impl" ? within.node.field("type") : null;
  const found = type ? machine.crate.type(pathOf(type), type) : null;
  return { name, item: owner ?? (found?.kind === "item" ? found.item : null) };
}

/** A path with its type's name for `Self`. It stays as it is where that name means something else. */
export function withSelf(machine: Machine, segments: readonly string[], node: RustNode): readonly string[] {
  const self = machine.selfTypes.at(-1);
  if (segments[0] !== "Self" || !self) return segments;
  const found = machine.crate.type([self.name], node);
  const item = found?.kind === "item" ? found.item.node : null;
  return item === (self.item?.node ?? null) ? [self.name, ...segments.slice(1)] : segments;
}
