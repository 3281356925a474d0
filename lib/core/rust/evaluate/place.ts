import type { RustNode } from "../syntax/rust-node.js";
import { mayReach, type StructValue, unknown, type Value } from "./value.js";

/** Somewhere that holds a value and where it can be replaced: a variable, a variable's field, an element. */
export interface Place {
  /** False for a variable that is not `mut`: the language does not let anything change its value. */
  readonly mutable: boolean;
  /** False for a value that no variable holds: nothing else can refer to it. */
  readonly named: boolean;
  /** For a part: what it is a part of. */
  readonly whole?: Place;
  get(): Value;
  set(value: Value): void;
}

/** Where a variable, or a value without a name, is kept. */
export class Cell implements Place {
  constructor(
    private value: Value,
    readonly mutable: boolean,
    /** How many undecided branches were open when it was made. */
    private readonly depth: number,
    /** How many are open now. */
    private readonly undecided: () => number,
    readonly named: boolean,
  ) {}

  /** How a value changes when it is put here: the variable may have a type of its own. */
  admit: (value: Value) => Value = (value) => value;

  get(): Value {
    return this.value;
  }

  set(given: Value): void {
    const value = this.admit(given);
    this.value = this.undecided() > this.depth ? unsure(value) : value;
  }

  copy(): Cell {
    const copy = new Cell(this.value, this.mutable, this.depth, this.undecided, true);
    copy.admit = this.admit;
    return copy;
  }
}

const UNSURE = "It is put together in a branch that may not run";

function unsure(value: Value): Value {
  return value.kind === "unknown" ? value : { kind: "unknown", reason: UNSURE, node: null, reaches: mayReach(value) };
}

/** The place itself, or the one that its reference leads to. */
export function followed(place: Place): Place {
  const value = place.get();
  return value.kind === "ref" ? followed(value.place) : place;
}

/** Puts a value into a place. `b = b.with(x)` returns the place itself, which would then refer to itself forever. */
export function put(place: Place, value: Value): void {
  const own = value.kind === "ref" && outermost(followed(value.place)) === outermost(followed(place));
  place.set(own ? derefed(value) : value);
}

function outermost(place: Place): Place {
  return place.whole ? outermost(place.whole) : place;
}

export function derefed(value: Value): Value {
  return value.kind === "ref" ? derefed(value.place.get()) : value;
}

/** A field of a struct, or a part of a tuple. */
export function fieldPlace(whole: Place, name: string, node: RustNode): Place {
  const parent = followed(whole);
  return {
    mutable: parent.mutable,
    named: parent.named,
    whole: parent,
    get() {
      const value = parent.get();
      if (value.kind === "struct") return value.fields.get(name) ?? unknown(`The field ${name} is not set here`, node);
      if (value.kind === "list") return value.items[Number(name)] ?? unknown(`There is no part ${name}`, node);
      // A connection in a field is as good as the connection.
      if (value.kind === "handle") return value;
      return unknown(`The value of the field ${name} is not known before the code runs`, node);
    },
    set(value) {
      const old = parent.get();
      if (old.kind === "struct") parent.set(withField(old, name, value));
      else if (old.kind === "list") parent.set(withItem(old.items, Number(name), value, node));
      else if (old.kind !== "handle") parent.set(unknown(`The field ${name} of it is set`, node));
    },
  };
}

/** An element; every element when the index is unknown. */
export function itemPlace(whole: Place, index: number | null, node: RustNode): Place {
  const parent = followed(whole);
  const missing = "The element at this index is not known before the code runs";
  return {
    mutable: parent.mutable,
    named: parent.named,
    whole: parent,
    get() {
      const value = parent.get();
      const item = value.kind === "list" && index !== null ? value.items[index] : undefined;
      return item ?? unknown(missing, node);
    },
    set(value) {
      const old = parent.get();
      if (old.kind === "list" && index !== null) parent.set(withItem(old.items, index, value, node));
      else parent.set(unknown("An element of it is set whose index is not known", node));
    },
  };
}

function withField(struct: StructValue, name: string, value: Value): Value {
  return { ...struct, fields: new Map(struct.fields).set(name, value) };
}

function withItem(items: readonly Value[], index: number, value: Value, node: RustNode): Value {
  if (!(index >= 0 && index < items.length)) return unknown("An element outside the list is set", node);
  return { kind: "list", items: items.with(index, value) };
}
