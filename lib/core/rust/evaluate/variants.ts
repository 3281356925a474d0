import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";

/** What a path means, in comparable form: an item of the files, or something from elsewhere by its last part. */
type Meaning = { readonly own: string } | { readonly last: string } | null;

/** Whether two paths mean the same variant or struct, under any names. Null when it cannot be told. */
export function samePath(
  machine: Machine,
  a: readonly string[],
  from: RustNode,
  b: readonly string[],
  pattern: RustNode,
): boolean | null {
  const [one, other] = [meaningOf(machine, a, from), meaningOf(machine, b, pattern)];
  if (one === null || other === null) return null;
  if ("own" in one && "own" in other) return one.own === other.own;
  if (!("last" in one && "last" in other)) return null;
  if (one.last === other.last) return true;
  // Two constants from elsewhere may have the same value.
  return [one.last, other.last].every((name) => /^[A-Z]([a-z]|$)/.test(name)) ? false : null;
}

function meaningOf(machine: Machine, path: readonly string[], node: RustNode, depth = 0): Meaning {
  const found = machine.crate.value(path, node);
  if (found === null || found.kind === "external") return { last: machine.crate.expand(path, node).at(-1) ?? "" };
  if (found.kind !== "item" && found.kind !== "variant" && found.kind !== "member") return null;
  const { item } = found;
  if (item.kind === "alias") {
    const target = item.node.field("type");
    const rest = found.kind === "member" ? found.rest : [];
    return target && depth < 10 ? meaningOf(machine, [...pathOf(target), ...rest], target, depth + 1) : null;
  }
  const place = `${item.node.source.path}:${item.node.start}`;
  if (found.kind === "variant") return { own: `${place}:${found.variant}` };
  return found.kind === "item" && item.kind === "struct" ? { own: place } : null;
}
