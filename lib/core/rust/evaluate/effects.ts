import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import type { Place } from "./place.js";
import { spoil } from "./places.js";
import { type ListValue, type TextValue, text, UNIT, unknown, type Value } from "./value.js";

/** What a call leaves in the place, and what it returns. */
interface Effect {
  readonly left: Value;
  readonly gives: Value;
}

type ListEffect = (items: readonly Value[], args: readonly Value[]) => Effect | undefined;
type TextEffect = (value: string, args: readonly Value[]) => Effect | undefined;

const list = (items: readonly Value[]): ListValue => ({ kind: "list", items });
const some = (value: Value | undefined): Value => (value ? { kind: "some", value } : { kind: "none" });

/** The methods of `Vec` that change it, as far as we follow them. Any other makes it unknown. */
const LIST: Readonly<Record<string, ListEffect>> = {
  push: (items, [item]) => (item ? { left: list([...items, item]), gives: UNIT } : undefined),
  pop: (items) => ({ left: list(items.slice(0, -1)), gives: some(items.at(-1)) }),
  next: (items) => ({ left: list(items.slice(1)), gives: some(items[0]) }),
  extend: (items, [more]) =>
    more?.kind === "list" ? { left: list([...items, ...more.items]), gives: UNIT } : undefined,
  extend_from_slice: (items, [more]) =>
    more?.kind === "list" ? { left: list([...items, ...more.items]), gives: UNIT } : undefined,
  append: (items, [more]) => {
    const other = more?.kind === "ref" ? more.place.get() : undefined;
    if (more?.kind !== "ref" || other?.kind !== "list") return undefined;
    more.place.set(list([]));
    return { left: list([...items, ...other.items]), gives: UNIT };
  },
  insert: (items, [at, item]) => {
    const index = at?.kind === "number" ? Number(at.text) : -1;
    return item && index >= 0 && index <= items.length
      ? { left: list(items.toSpliced(index, 0, item)), gives: UNIT }
      : undefined;
  },
  remove: (items, [at]) => {
    const index = at?.kind === "number" ? Number(at.text) : -1;
    const item = items[index];
    return item ? { left: list(items.toSpliced(index, 1)), gives: item } : undefined;
  },
  truncate: (items, [count]) =>
    count?.kind === "number" ? { left: list(items.slice(0, Number(count.text))), gives: UNIT } : undefined,
  reverse: (items) => ({ left: list(items.toReversed()), gives: UNIT }),
  clear: () => ({ left: list([]), gives: UNIT }),
};

/** The methods of `String` that change it. */
const TEXT: Readonly<Record<string, TextEffect>> = {
  push_str: (value, [more]) => (more?.kind === "text" ? { left: text(value + more.text), gives: UNIT } : undefined),
  push: (value, [more]) => (more?.kind === "text" ? { left: text(value + more.text), gives: UNIT } : undefined),
  write_str: (value, [more]) => (more?.kind === "text" ? { left: text(value + more.text), gives: UNIT } : undefined),
  write_char: (value, [more]) => (more?.kind === "text" ? { left: text(value + more.text), gives: UNIT } : undefined),
  clear: () => ({ left: text(""), gives: UNIT }),
};

/** A standard library call that changes what it is called on. Undefined when it is not one, or we do not follow it. */
export function effectOf(
  machine: Machine,
  place: Place,
  method: string,
  args: readonly Value[],
  node: RustNode,
): Value | undefined {
  const value = place.get();
  if (method === "take" && args.length === 0) return taken(place, value, node);
  const effect = effectOn(value, method, args);
  if (!effect) return undefined;
  if (effect.left.kind === "list") machine.makeList(effect.left.items.length, node);
  if (effect.left.kind === "text") machine.makeText(effect.left.text.length, node);
  if (place.mutable) place.set(effect.left);
  return effect.gives;
}

function effectOn(value: Value, method: string, args: readonly Value[]): Effect | undefined {
  if (value.kind === "list") return own(LIST, method)?.(value.items, args);
  if (value.kind === "text") return own(TEXT, method)?.((value as TextValue).text, args);
  if ((value.kind === "some" || value.kind === "none") && method === "replace" && args[0]) {
    return { left: { kind: "some", value: args[0] }, gives: value };
  }
  return undefined;
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** `Option::take` leaves `None`; a builder's leaves one with nothing set. */
function taken(place: Place, value: Value, node: RustNode): Value | undefined {
  if (value.kind === "some" || value.kind === "none") {
    if (place.mutable) place.set({ kind: "none" });
    return value;
  }
  if (value.kind === "term") {
    spoil(place, "What it held was taken out of it", node);
    return value;
  }
  spoil(place, "What it held was taken out of it", node);
  return unknown("What take gives is not known", node);
}
