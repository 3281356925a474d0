import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { derefed, put } from "./place.js";
import type { Value } from "./value.js";

/** Constructors that only wrap their argument. */
const WRAPPERS = /^(Box|Arc|Rc|SeaRc|RcOrArc|Cow|String|Vec)::(new|pin|from|Borrowed|Owned)$/;

/** Standard library functions whose effect is known. Undefined for any other. */
export function standardFunction(
  _machine: Machine,
  path: readonly string[],
  args: readonly Value[],
  node: RustNode,
): Value | undefined {
  // A type of the same name in another crate is a different type.
  const elsewhere = path.length > 2 && !/^(std|core|alloc)$/.test(path[0] ?? "");
  if (elsewhere && !/^(SeaRc|RcOrArc)$/.test(path.at(-2) ?? "")) return undefined;
  const name = path.slice(-2).join("::");
  const [first, second] = args;
  if (path.length === 1 && path[0] === "Some" && first) return { kind: "some", value: first };
  if (path.length === 1 && path[0] === "Ok" && first) {
    // `Ok(None)` is not a `None`.
    const option = first.kind === "some" || first.kind === "none";
    return option ? { kind: "term", head: ["Ok"], args: [first], calls: [], node } : first;
  }
  if (/^(Vec|String)::(new|with_capacity)$/.test(name)) {
    return name.startsWith("Vec") ? { kind: "list", items: [] } : { kind: "text", text: "", literal: null };
  }
  if (WRAPPERS.test(name) && first) return first;
  if (/^(ToString::to_string|ToOwned::to_owned|Into::into|Clone::clone)$/.test(name) && first) {
    const held = derefed(first);
    return held.kind === "text" ? held : undefined;
  }
  if (!/^(core|std|mem)$/.test(path[0] ?? "") || path.at(-2) !== "mem") return undefined;
  return memory(path.at(-1) ?? "", first, second);
}

/** `std::mem`: its arguments tell both places. */
function memory(name: string, first: Value | undefined, second: Value | undefined): Value | undefined {
  if (first?.kind !== "ref" || !second) return undefined;
  const old = derefed(first);
  if (name === "replace") {
    put(first.place, second);
    return old;
  }
  if (name === "swap" && second.kind === "ref") {
    const other = derefed(second);
    first.place.set(other);
    second.place.set(old);
    return { kind: "unit" };
  }
  return undefined;
}
