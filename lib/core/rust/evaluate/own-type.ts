import type { Item } from "../syntax/items.js";
import type { Machine } from "./machine.js";
import type { Value } from "./value.js";

/** The type in the files that a value has. */
export function ownType(machine: Machine, value: Value): Item | null {
  if (value.kind !== "struct" && value.kind !== "path" && value.kind !== "term") return null;
  const path = value.kind === "struct" ? value.path : value.kind === "path" ? value.segments : value.head;
  const found = machine.crate.value(path, value.node);
  return found?.kind === "variant" || found?.kind === "item" || found?.kind === "member" ? found.item : null;
}

/** True when the files define how the value is converted to another type. */
export function isConverted(machine: Machine, value: Value): boolean {
  const type = ownType(machine, value);
  return type !== null && machine.crate.isConverted(type);
}
