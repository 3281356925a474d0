import { pathOf } from "../syntax/items.js";
import { snakeCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";
import { askRows, askScalar } from "./answers.js";
import { callForEach } from "./calls.js";
import { displayText } from "./format.js";
import type { Machine } from "./machine.js";
import { isConverted } from "./own-type.js";
import { isError, wellOf } from "./patterns.js";
import { handOver } from "./places.js";
import { bool, type ClosureValue, type ListValue, text, UNIT, unknown, type Value } from "./value.js";

type Method = (machine: Machine, value: Value, args: readonly Value[], node: RustNode) => Value | undefined;

/** Calls that return what they are called on, whatever it is. */
const TRANSPARENT = new Set([
  "into",
  "as_ref",
  "as_str",
  "as_slice",
  "as_deref",
  "borrow",
  "deref",
  "boxed",
  "ok",
  "await",
  "map_err",
  "to_vec",
  "into_boxed",
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
  "collect",
  "peekable",
]);

const ANY: Readonly<Record<string, Method>> = {
  unwrap: unwrapped,
  expect: unwrapped,
  unwrap_or: (_machine, value, args) => (value.kind === "none" ? args[0] : unwrapIf(value)),
  unwrap_or_default: (_machine, value) => (value.kind === "none" ? undefined : unwrapIf(value)),
  unwrap_or_else: (machine, value, args) =>
    value.kind === "none" && args[0]?.kind === "closure" ? machine.callClosure(args[0], []) : unwrapIf(value),
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

type TextMethod = (value: string, args: readonly Value[], machine: Machine, node: RustNode) => Value | undefined;

/** Unicode's White_Space, which is what Rust trims; it is not what JavaScript trims. */
const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+";
const LEADING = new RegExp(`^${SPACE}`);
const TRAILING = new RegExp(`${SPACE}$`);

const TEXT: Readonly<Record<string, TextMethod>> = {
  parse: (value, _args, machine, node) => parsed(machine, value, node),
  trim: (value) => text(value.replace(LEADING, "").replace(TRAILING, "")),
  trim_start: (value) => text(value.replace(LEADING, "")),
  trim_end: (value) => text(value.replace(TRAILING, "")),
  to_lowercase: (value) => text(value.toLowerCase()),
  to_ascii_lowercase: (value) => text(value.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  to_uppercase: (value) => text(value.toUpperCase()),
  to_snake_case: (value) => text(snakeCase(value)),
  len: (value) => ({ kind: "number", text: String(Buffer.byteLength(value)), type: "usize" }),
  is_empty: (value) => bool(value === ""),
  replace: (value, [from, to], machine, node) => {
    if (from?.kind !== "text" || to?.kind !== "text") return undefined;
    const count = value.split(from.text).length - 1;
    machine.makeText(value.length + count * to.text.length, node);
    return text(value.replaceAll(from.text, () => to.text));
  },
  repeat: (value, [times], machine, node) => {
    if (times?.kind !== "number" || !/^\d+$/.test(times.text)) return undefined;
    machine.makeText(value.length * Number(times.text), node);
    return text(value.repeat(Number(times.text)));
  },
  starts_with: (value, [start]) => (start?.kind === "text" ? bool(value.startsWith(start.text)) : undefined),
  ends_with: (value, [end]) => (end?.kind === "text" ? bool(value.endsWith(end.text)) : undefined),
  contains: (value, [part]) => (part?.kind === "text" ? bool(value.includes(part.text)) : undefined),
  lines: (value) => {
    const lines = value.split("\n");
    const last = lines.pop();
    const whole = lines.map((line) => text(line.replace(/\r$/, "")));
    return { kind: "list", items: last ? [...whole, text(last)] : whole };
  },
  split: (value, [by]) =>
    by?.kind === "text" && by.text !== ""
      ? { kind: "list", items: value.split(by.text).map((part) => text(part)) }
      : undefined,
};

const LIST: Readonly<
  Record<string, (machine: Machine, list: ListValue, args: readonly Value[], node: RustNode) => Value | undefined>
> = {
  len: (_machine, list) => ({ kind: "number", text: String(list.items.length), type: "usize" }),
  is_empty: (_machine, list) => bool(list.items.length === 0),
  rev: (_machine, list) => ({ kind: "list", items: [...list.items].reverse() }),
  enumerate: (_machine, list) => ({
    kind: "list",
    items: list.items.map((item, at) => ({
      kind: "list",
      items: [{ kind: "number", text: String(at), type: "usize" }, item],
    })),
  }),
  chain: (_machine, list, [other]) =>
    other?.kind === "list" ? { kind: "list", items: [...list.items, ...other.items] } : undefined,
  first: (_machine, list) => (list.items[0] ? { kind: "some", value: list.items[0] } : { kind: "none" }),
  last: (_machine, list) => (list.items.at(-1) ? { kind: "some", value: list.items.at(-1) ?? UNIT } : { kind: "none" }),
  map: (machine, list, [closure], node) =>
    closure?.kind === "closure" ? { kind: "list", items: callForEach(machine, closure, list.items, node) } : undefined,
  collect: (_machine, list, _args, node) => collected(list, node),
  skip: (_machine, list, [count]) =>
    count?.kind === "number" ? { kind: "list", items: list.items.slice(Number(count.text)) } : undefined,
  take: (_machine, list, [count]) =>
    count?.kind === "number" ? { kind: "list", items: list.items.slice(0, Number(count.text)) } : undefined,
  for_each: (machine, list, [closure]) => {
    if (closure?.kind !== "closure") return undefined;
    for (const item of list.items) machine.callClosure(closure, [item]);
    return UNIT;
  },
  find: (machine, list, [closure], node) => {
    const at = closure?.kind === "closure" ? firstOf(machine, list, closure, node) : undefined;
    if (typeof at !== "number") return at;
    const item = list.items[at];
    return item ? { kind: "some", value: item } : { kind: "none" };
  },
  any: (machine, list, [closure], node) => {
    const at = closure?.kind === "closure" ? firstOf(machine, list, closure, node) : undefined;
    return typeof at === "number" ? bool(at >= 0) : at;
  },
  filter: (machine, list, [closure], node) => {
    if (closure?.kind !== "closure") return undefined;
    const kept = callForEach(machine, closure, list.items, node);
    if (kept.some((keep) => keep.kind !== "bool"))
      return unknown("Which elements stay is known only when it runs", node);
    return { kind: "list", items: list.items.filter((_item, at) => isTrue(kept[at])) };
  },
  join: (machine, list, [separator], node) => joined(machine, list, separator, node),
  concat: (machine, list, _args, node) => joined(machine, list, text(""), node),
};

/** The position of the first item for which the code says yes, or -1; a value when that cannot be told. */
function firstOf(machine: Machine, list: ListValue, closure: ClosureValue, node: RustNode): number | Value {
  for (const [at, item] of list.items.entries()) {
    const answer = machine.callClosure(closure, [item]);
    if (answer.kind === "bool" && answer.value) return at;
    if (answer.kind === "bool") continue;
    const rest = list.items.slice(at + 1).map((each) => () => machine.callClosure(closure, [each]));
    return machine.anyOf(rest, "Which element is found is known only when the code runs", node);
  }
  return -1;
}

function isTrue(value: Value | undefined): boolean {
  return value?.kind === "bool" && value.value;
}

/** A text parsed as the requested type: a whole number is one; for a library's type the text tells it, if it can be parsed. */
function parsed(machine: Machine, value: string, node: RustNode): Value {
  const asked = node.field("function")?.field("type_arguments")?.plain[0] ?? null;
  const type = asked?.text ?? "";
  const number = /^(0|-?[1-9]\d{0,8})$/.test(value);
  if (/^[iu](32|64|128)$/.test(type) && number && !(type.startsWith("u") && value.startsWith("-")))
    return { kind: "number", text: value };
  const own = asked ? machine.crate.type(pathOf(asked), asked)?.kind === "item" : false;
  // Where no type is written it may be a number's, which has only one way of being printed.
  const other = /^([iu](8|16|32|64|128|size)|f32|f64|bool|char)$/.test(type) || (type === "" && /^[-+\d.]/.test(value));
  if (own || (other && !(type === "" && number))) return unknown("What the text is read as is not followed", node);
  return { kind: "term", head: PARSED, args: [text(value)], calls: [], node };
}

const PARSED = ["str", "parse"];

/** What a result holds if it holds something: for an `Ok(…)` that is kept as one, and for a text that was parsed. */
export function heldBy(value: Value): Value | null {
  const isParsed = value.kind === "term" && value.head === PARSED && value.calls.length === 0;
  return wellOf(value) ?? (isParsed ? (value.args[0] ?? null) : null);
}

/** A method of a result that is kept as a result. */
function onResult(value: Value, held: Value, method: string): Value | undefined {
  if (/^(unwrap|expect)$/.test(method)) return held;
  if (method === "map_err") return value;
  if (wellOf(value) === null) return undefined;
  if (method === "ok") return { kind: "some", value: held };
  return /^unwrap_or(_else|_default)?$/.test(method) ? held : undefined;
}

/** A vector keeps the order; what other collections do with the elements is not followed. */
function collected(list: ListValue, node: RustNode): Value {
  const into = node.field("function")?.field("type_arguments")?.text ?? "";
  if (list.items.some(isError)) return unknown("Whether an element ends the list is not followed", node);
  return into === "" || /^<\s*(Vec|_|Result\s*<\s*Vec|Result\s*<\s*_)\b/.test(into)
    ? list
    : unknown("What the elements are collected into is not followed", node);
}

function joined(machine: Machine, list: ListValue, separator: Value | undefined, node: RustNode): Value | undefined {
  const parts = list.items.map((item) => displayText(machine, item));
  if (separator?.kind !== "text" || parts.includes(null)) return undefined;
  machine.makeText(
    parts.reduce((sum, part) => sum + (part?.length ?? 0) + separator.text.length, 0),
    node,
  );
  return text(parts.join(separator.text));
}

/** What a standard library call returns, as far as it is known. Undefined: not such a call. */
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
    const known = named(TEXT, method)?.(value.text, args, machine, node);
    if (known) return known;
  }
  if (value.kind === "list") {
    const known = named(LIST, method)?.(machine, value, args, node);
    if (known?.kind === "list") machine.makeList(known.items.length, node);
    if (known) return known;
  }
  const held = heldBy(value);
  if (held) return onResult(value, held, method);
  if (value.kind === "some" && method === "map" && args[0]?.kind === "closure") {
    return { kind: "some", value: machine.callClosure(args[0], [value.value]) };
  }
  const known =
    isTransparent(machine, value, method) && !(value.kind === "term" && args.length > 0 && !onError(method));
  const result = known ? value : named(ANY, method)?.(machine, value, args, node);
  // Whether the code for a failure runs is known only for a value that is known to be there.
  if (result && !/^(text|number|bool|unit|list|struct|some|none)$/.test(value.kind))
    handOver(machine, args, method, node);
  return result;
}

/** What a struct in the files is converted to, and what its own iterator returns, is up to its own code. */
function isTransparent(machine: Machine, value: Value, method: string): boolean {
  if (!TRANSPARENT.has(method)) return false;
  if (value.kind === "struct" && !/^(as_ref|borrow|deref|boxed|into_boxed|ok|map_err|await|into)$/.test(method))
    return false;
  if (method === "try_into" && value.kind === "number") return Number(value.text) >= 0 && Number(value.text) < 128;
  return !/^(try_)?into$/.test(method) || !isConverted(machine, value);
}

function onError(method: string): boolean {
  return method === "map_err";
}

function named<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
