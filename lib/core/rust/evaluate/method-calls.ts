import type { Item } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { argumentsOf, callItem, callValue, settled } from "./calls.js";
import { effectOf } from "./effects.js";
import type { Machine } from "./machine.js";
import { knownMethod } from "./methods.js";
import { derefed, followed, type Place } from "./place.js";
import { handOver, locate, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { copied, HANDLE, reachesDatabase, type Term, unknown, type Value } from "./value.js";

/** Adaptors that do not change what is awaited. */
const STILL_FUTURE = new Set(["boxed", "boxed_local", "instrument", "in_current_span", "fuse", "into_future", "into"]);

export function callMethod(machine: Machine, node: RustNode, target: RustNode, scope: Scope): Value {
  const object = target.field("value");
  const method = (target.field("field")?.text ?? "").replace(/^r#/, "");
  const found = object ? locate(machine, object, scope) : machine.cell(HANDLE, false);
  const place = followed(found);
  const receiver = place.get();
  const args = argumentsOf(machine, node, scope);
  const borrowed = place !== found || (object !== null && isBorrow(object));
  if (borrowed && receiver.kind === "list" && place.mutable && THROUGH.has(method)) {
    const given = handOver(machine, [{ kind: "ref", place }, ...args], method, node);
    const reason = "What is done to the elements through a reference is not followed";
    return given.some(reachesDatabase) ? machine.opaque(reason, node) : unknown(reason, node);
  }
  if (receiver.kind === "future") {
    if (STILL_FUTURE.has(method)) return receiver;
    return called(machine, machine.cell(settled(receiver), true), method, args, node);
  }
  // A field that holds code is called in parentheses, `(self.run)(…)`, so this is a method.
  return called(machine, place, method, args, node);
}

/** What returns the elements themselves where a list is borrowed as `&mut`, and advances an iterator that is. */
const THROUGH = new Set(
  "into_iter map filter take skip rev enumerate chain collect for_each any find peekable cloned copied last".split(" "),
);

function isBorrow(node: RustNode): boolean {
  const [inner] = node.plain;
  if (node.type === "parenthesized_expression" && inner) return isBorrow(inner);
  return node.type === "reference_expression" && node.child("mutable_specifier") !== null;
}

function called(machine: Machine, place: Place, method: string, args: readonly Value[], node: RustNode): Value {
  const receiver = place.get();
  if (receiver.kind === "handle") return callHandle(machine, method, args, node);
  const { path, from } = typeOf(receiver);
  const own = machine.crate.methodOf(path, from, foreignType(receiver), method, node);
  if (own.kind === "item") return callOwn(machine, own.item, place, args, node);
  if (own.kind === "ambiguous") return notFollowed(machine, place, method, args, node);
  if (method === "clone" || method === "to_owned") return copied(receiver);
  const effect = effectOf(machine, place, method, args, node);
  if (effect) return effect;
  if (receiver.kind === "closure" && /^call(_mut|_once)?$/.test(method))
    return callValue(machine, receiver, args, node);
  const plain = args.map(derefed);
  const known = knownMethod(machine, receiver, method, plain, node);
  // These advance an iterator, as far as they have to.
  if (known && receiver.kind === "list" && /^(any|find)$/.test(method)) spoil(place, `${method} moves it on`, node);
  if (known) return known;
  const built = machine.library.onBuilder(machine, receiver, method, plain, node);
  if (built) {
    // The library ran the code that it was given, and may have emptied what it was given by reference.
    for (const arg of args) if (arg.kind === "ref") spoil(arg.place, `${method} is given it as &mut`, node);
    const isNext = built.kind === "term" && receiver.kind === "term" && built.node === receiver.node;
    return isNext ? kept(place, built) : built;
  }
  const seen = handOver(machine, args, method, node);
  if (seen.some(reachesDatabase)) return callWithHandle(machine, place, method, node);
  if (receiver.kind === "rows" || receiver.kind === "scalar") {
    return unknown("What the database answers is known only when the code runs", node);
  }
  if (receiver.kind === "term" || receiver.kind === "path") return chain(place, receiver, method, seen, node);
  handOver(machine, [{ kind: "ref", place }], method, node);
  if (receiver.kind === "unknown") return receiver;
  const start: Term = { kind: "term", head: [receiver.kind], args: [], calls: [], node };
  return { ...start, calls: [{ method, args: seen, node }] };
}

const STATEMENTS: Readonly<Record<string, string>> = {
  "Table::create": "TableCreateStatement",
  "Table::alter": "TableAlterStatement",
  "Table::drop": "TableDropStatement",
  "Index::create": "IndexCreateStatement",
  "ForeignKey::create": "ForeignKeyCreateStatement",
};

/** The name of a library type that a value is known to have: its builders stay what they are. */
function foreignType(value: Value): string | null {
  if (value.kind !== "term") return null;
  const name = value.head.slice(-2).join("::");
  return /^(ColumnDef|TableForeignKey)::(new|new_with_type)$/.test(name)
    ? (value.head.at(-2) ?? null)
    : (STATEMENTS[name] ?? null);
}

/** The path of a value's type, and where that path is to be resolved. */
function typeOf(value: Value): { readonly path: readonly string[] | null; readonly from: RustNode | null } {
  if (value.kind === "struct" || value.kind === "path") {
    return { path: value.kind === "struct" ? value.path : value.segments, from: value.node };
  }
  if (value.kind === "term" && value.calls.length === 0) return { path: value.head, from: value.node };
  return { path: null, from: null };
}

function callHandle(machine: Machine, method: string, args: readonly Value[], node: RustNode): Value {
  const known = machine.library.onHandle(machine, method, args.map(derefed), node);
  if (known) return known;
  handOver(machine, args, method, node);
  return machine.opaque(`What ${method} does to the database is not known`, node);
}

function callWithHandle(machine: Machine, place: Place, method: string, node: RustNode): Value {
  const receiver = place.get();
  handOver(machine, [{ kind: "ref", place }], method, node);
  const why =
    receiver.kind === "unknown" ? `: ${receiver.reason.charAt(0).toLowerCase()}${receiver.reason.slice(1)}` : "";
  return machine.opaque(`What ${method} does to the database cannot be told from the code${why}`, node);
}

function notFollowed(machine: Machine, place: Place, method: string, args: readonly Value[], node: RustNode): Value {
  const reason = `Which method ${method} means cannot be told`;
  const given = handOver(machine, [{ kind: "ref", place }, ...args], method, node);
  return given.some(reachesDatabase) ? machine.opaque(reason, node) : unknown(reason, node);
}

/** A method defined in the files: it gets the place itself when it takes `&mut self`. */
function callOwn(machine: Machine, item: Item, place: Place, args: readonly Value[], node: RustNode): Value {
  const [self] = item.node.field("parameters")?.children ?? [];
  const borrows = self !== undefined && /&\s*('\w+\s+)?mut\b|Pin\s*</.test(self.text);
  return callItem(machine, item, args, borrows ? { kind: "ref", place } : place.get(), node);
}

/**
 * A builder with another call. Every call changes a library's builder in place, whether it borrows or consumes it; so a `mut` place holds the result,
 * and stands for it.
 */
function chain(
  place: Place,
  receiver: Extract<Value, { kind: "term" | "path" }>,
  method: string,
  args: readonly Value[],
  node: RustNode,
): Value {
  const call = { method, args, node };
  if (receiver.kind === "path") {
    spoil(place, `What ${method} does to it is not known`, node);
    return { kind: "term", head: receiver.segments, args: [], calls: [call], node };
  }
  return kept(place, { ...receiver, calls: [...receiver.calls, call] });
}

function kept(place: Place, next: Term): Value {
  if (!place.mutable || !place.named) return next;
  place.set(next);
  return { kind: "ref", place };
}
