import { snakeCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";
import { askRows, askScalar } from "./answers.js";
import { callClosure } from "./calls.js";
import { displayText } from "./format.js";
import type { Machine } from "./machine.js";
import { bool, type ListValue, text, UNIT, unknown, type Value } from "./value.js";

type Method = (machine: Machine, value: Value, args: readonly Value[], node: RustNode) => Value | undefined;

/** Calls that hand on what they are called on, whatever it is. */
const TRANSPARENT = new Set([
  "into",
  "as_ref",
  "as_mut",
  "as_str",
  "as_slice",
  "as_deref",
  "borrow",
  "borrow_mut",
  "deref",
  "boxed",
  "ok",
  "await",
  "map_err",
  "to_vec",
  "into_boxed",
  "by_ref",
  "cloned",
  "copied",
  "into_table_ref",
  "into_column_ref",
  "into_iden",
  "into_owned",
  "as_bytes",
  "as_enum",
  "try_into",
  "iter",
  "into_iter",
  "iter_mut",
  "collect",
  "peekable",
]);

const ANY: Readonly<Record<string, Method>> = {
  unwrap: unwrapped,
  expect: unwrapped,
  unwrap_or: (_machine, value, args) => (value.kind === "none" ? args[0] : unwrapIf(value)),
  unwrap_or_default: (_machine, value) => unwrapIf(value),
  unwrap_or_else: (machine, value, args) =>
    value.kind === "none" && args[0]?.kind === "closure" ? callClosure(machine, args[0], []) : unwrapIf(value),
  to_string: (machine, value) => {
    if (value.kind === "text") return value;
    const shown = displayText(machine, value);
    return shown === null ? undefined : text(shown);
  },
  is_some: (_machine, value) => presence(value, true),
  is_none: (_machine, value) => presence(value, false),
};

function unwrapped(_machine: Machine, value: Value): Value | undefined {
  return value.kind === "some" ? value.value : value.kind === "none" ? undefined : value;
}

function unwrapIf(value: Value): Value {
  return value.kind === "some" ? value.value : value;
}

function presence(value: Value, wanted: boolean): Value | undefined {
  if (value.kind === "some") return bool(wanted);
  return value.kind === "none" ? bool(!wanted) : undefined;
}

const TEXT: Readonly<Record<string, (value: string, args: readonly Value[]) => Value | undefined>> = {
  parse: (value) => text(value),
  trim: (value) => text(value.trim()),
  trim_start: (value) => text(value.trimStart()),
  trim_end: (value) => text(value.trimEnd()),
  to_lowercase: (value) => text(value.toLowerCase()),
  to_ascii_lowercase: (value) => text(value.toLowerCase()),
  to_uppercase: (value) => text(value.toUpperCase()),
  to_snake_case: (value) => text(snakeCase(value)),
  len: (value) => ({ kind: "number", text: String(Buffer.byteLength(value)) }),
  is_empty: (value) => bool(value === ""),
  replace: (value, [from, to]) =>
    from?.kind === "text" && to?.kind === "text" ? text(value.replaceAll(from.text, to.text)) : undefined,
  starts_with: (value, [start]) => (start?.kind === "text" ? bool(value.startsWith(start.text)) : undefined),
  ends_with: (value, [end]) => (end?.kind === "text" ? bool(value.endsWith(end.text)) : undefined),
  contains: (value, [part]) => (part?.kind === "text" ? bool(value.includes(part.text)) : undefined),
  lines: (value) => ({ kind: "list", items: value.split(/\r?\n/).map((line) => text(line)) }),
  split: (value, [by]) =>
    by?.kind === "text" ? { kind: "list", items: value.split(by.text).map((part) => text(part)) } : undefined,
};

const LIST: Readonly<
  Record<string, (machine: Machine, list: ListValue, args: readonly Value[], node: RustNode) => Value | undefined>
> = {
  len: (_machine, list) => ({ kind: "number", text: String(list.items.length) }),
  is_empty: (_machine, list) => bool(list.items.length === 0),
  rev: (_machine, list) => ({ kind: "list", items: [...list.items].reverse() }),
  enumerate: (_machine, list) => ({
    kind: "list",
    items: list.items.map((item, at) => ({ kind: "list", items: [{ kind: "number", text: String(at) }, item] })),
  }),
  chain: (_machine, list, [other]) =>
    other?.kind === "list" ? { kind: "list", items: [...list.items, ...other.items] } : undefined,
  first: (_machine, list) => (list.items[0] ? { kind: "some", value: list.items[0] } : { kind: "none" }),
  last: (_machine, list) => (list.items.at(-1) ? { kind: "some", value: list.items.at(-1) ?? UNIT } : { kind: "none" }),
  map: (machine, list, [closure]) =>
    closure?.kind === "closure"
      ? { kind: "list", items: list.items.map((item) => callClosure(machine, closure, [item])) }
      : undefined,
  for_each: (machine, list, [closure]) => {
    if (closure?.kind !== "closure") return undefined;
    for (const item of list.items) callClosure(machine, closure, [item]);
    return UNIT;
  },
  filter: (machine, list, [closure]) => {
    if (closure?.kind !== "closure") return undefined;
    const kept = list.items.map((item) => ({ item, keep: callClosure(machine, closure, [item]) }));
    if (kept.some(({ keep }) => keep.kind !== "bool")) return undefined;
    return {
      kind: "list",
      items: kept.flatMap(({ item, keep }) => (keep.kind === "bool" && keep.value ? [item] : [])),
    };
  },
  join: (machine, list, [separator]) => joined(machine, list, separator),
  concat: (machine, list) => joined(machine, list, text("")),
  push: (machine, list, [item], node) => {
    if (machine.undecided > 0) list.items.push(unknown("It is added in a branch that may not run", node));
    else if (item) list.items.push(item);
    return UNIT;
  },
};

function joined(machine: Machine, list: ListValue, separator: Value | undefined): Value | undefined {
  const parts = list.items.map((item) => displayText(machine, item));
  if (separator?.kind !== "text" || parts.includes(null)) return undefined;
  return text(parts.join(separator.text));
}

/** What a call of the standard library gives, as far as it is known. Undefined: not such a call. */
export function knownMethod(
  machine: Machine,
  value: Value,
  method: string,
  args: readonly Value[],
  node: RustNode,
): Value | undefined {
  if (value.kind === "rows") return askRows(machine, value, method, args);
  if (value.kind === "scalar") return askScalar(value, method, args);
  if (value.kind === "text") {
    const known = TEXT[method]?.(value.text, args);
    if (known) return known;
  }
  if (value.kind === "list") {
    const known = LIST[method]?.(machine, value, args, node);
    if (known) return known;
  }
  if (value.kind === "some" && method === "map" && args[0]?.kind === "closure") {
    return { kind: "some", value: callClosure(machine, args[0], [value.value]) };
  }
  if (TRANSPARENT.has(method) && !(value.kind === "term" && args.length > 0)) return value;
  return ANY[method]?.(machine, value, args, node);
}
