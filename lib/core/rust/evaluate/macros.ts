import { type Item, pathOf } from "../syntax/items.js";
import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";
import { isUnsure, presentIn, unsureList } from "./cfg.js";
import { formatText } from "./format.js";
import type { Machine } from "./machine.js";
import { expandMacro } from "./macro-rules.js";
import { equal } from "./operators.js";
import { constantValue } from "./paths.js";
import { matchPattern } from "./patterns.js";
import { derefed, followed } from "./place.js";
import { locate, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { RefusalSignal } from "./signals.js";
import { bool, reachesDatabase, text, UNIT, unknown, type Value } from "./value.js";

type Evaluate = (machine: Machine, node: RustNode, scope: Scope) => Value;

const refuse: Evaluate = (_machine, node) => {
  throw new RefusalSignal(`The code gives up here (${node.text.slice(0, 80)})`, node);
};
/** Prints or checks something: only its arguments can do anything. */
const nothing: Evaluate = (machine, node, scope) => {
  valuesOf(machine, node, scope);
  return UNIT;
};
/** Gives up if the check is known to fail. */
function checked(machine: Machine, node: RustNode, scope: Scope, fails: (values: readonly Value[]) => boolean): Value {
  return fails(valuesOf(machine, node, scope).map(derefed)) ? refuse(machine, node, scope) : UNIT;
}

function isEqual(machine: Machine, a: Value | undefined, b: Value | undefined): boolean | null {
  return a && b ? equal(machine, a, b) : null;
}

/** Only in development builds. */
const perhaps: Evaluate = (machine, node, scope) =>
  machine.anyOf([() => nothing(machine, node, scope)], "Whether this runs depends on how the code is built", node);

const MACROS: Readonly<Record<string, Evaluate>> = {
  vec: (machine, node, scope) =>
    isUnsure(elementsOf(node)) ? unsureList(node) : { kind: "list", items: valuesOf(machine, node, scope) },
  format: (machine, node, scope) => formatted(machine, node, scope, false),
  formatdoc: (machine, node, scope) => formatted(machine, node, scope, true),
  indoc: (machine, node, scope) => {
    const [value] = valuesOf(machine, node, scope);
    return value?.kind === "text" ? text(withoutIndent(value.text)) : unknown("The text is not constant", node);
  },
  concat: (machine, node, scope) => {
    const parts = valuesOf(machine, node, scope);
    if (!parts.every((part) => part.kind === "text")) return unknown("The text is not constant", node);
    return text(parts.map((part) => (part.kind === "text" ? part.text : "")).join(""));
  },
  include_str: includedText,
  matches: (machine, node, scope) => {
    const [subject, pattern] = argumentsOf(node);
    if (!subject || !pattern) return unknown("The comparison is incomplete", node);
    const asPattern = patternOf(pattern);
    const matched = asPattern
      ? matchPattern(machine, asPattern, machine.evaluate(subject, scope), machine.scope(scope))
      : "maybe";
    return matched === "maybe"
      ? unknown("The comparison is decided when the code runs", node)
      : bool(matched === "yes");
  },
  panic: refuse,
  todo: refuse,
  unimplemented: refuse,
  unreachable: refuse,
  bail: refuse,
  println: nothing,
  eprintln: nothing,
  print: nothing,
  eprint: nothing,
  dbg: (machine, node, scope) => {
    const values = valuesOf(machine, node, scope);
    return values.length === 1 ? (values[0] ?? UNIT) : { kind: "list", items: values };
  },
  info: nothing,
  warn: nothing,
  debug: nothing,
  error: nothing,
  trace: nothing,
  log: nothing,
  assert: (machine, node, scope) => checked(machine, node, scope, ([first]) => first?.kind === "bool" && !first.value),
  assert_eq: (machine, node, scope) => checked(machine, node, scope, ([a, b]) => isEqual(machine, a, b) === false),
  assert_ne: (machine, node, scope) => checked(machine, node, scope, ([a, b]) => isEqual(machine, a, b) === true),
  debug_assert: perhaps,
  debug_assert_eq: perhaps,
  debug_assert_ne: perhaps,
  write: (machine, node, scope) => written(machine, node, scope, ""),
  writeln: (machine, node, scope) => written(machine, node, scope, "\n"),
};

/** Library macros that make a value from their arguments and do nothing else. */
const PURE =
  /^(json|uuid|dec|date|datetime|time|query|query_as|query_scalar|query_unchecked|query_as_unchecked|query_file|sql|hashmap|btreemap|hashset|smallvec|anyhow|eyre|cfg|env|option_env|file|line|column|module_path|lazy_static|offset|hex|any|all)$/;

/** Crates whose macros of these names are the ones meant. */
const MAKERS = /^(std|core|alloc|indoc|anyhow|eyre|color_eyre|tracing|log|rocket|loco_rs|sea_orm|sea_orm_migration)$/;

export function evaluateMacro(machine: Machine, node: RustNode, scope: Scope): Value {
  const path = pathOf(node.field("macro"));
  const name = path.at(-1) ?? "";
  const own = machine.crate.resolve("macro", path, node);
  // Where both have the name, its position decides which one is meant.
  if (own && path.length === 1 && Object.hasOwn(MACROS, name)) return unknownMacro(machine, name, node, scope);
  if (own) return expanded(machine, own, name, node, scope);
  const whole = machine.crate.expand([...path.slice(0, -1), `${name}!`], node);
  if (whole.length > 1 && Object.hasOwn(MACROS, name) && !MAKERS.test(whole[0] ?? ""))
    return unknownMacro(machine, name, node, scope);
  const evaluate = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
  if (evaluate) return evaluate(machine, node, scope);
  if (!PURE.test(name)) return unknownMacro(machine, name, node, scope);
  const args = valuesOf(machine, node, scope);
  const known = machine.library.onFunction(machine, whole, args, node);
  if (known) return known;
  if (args.some(reachesDatabase))
    return machine.opaque(`The macro ${name} reaches the database and is not known`, node);
  return { kind: "term", head: [...path.slice(0, -1), `${name}!`], args, calls: [], node };
}

/** A macro in the files. Names that are not passed to it mean what they mean where the macro is defined. */
function expanded(machine: Machine, own: Item | "ambiguous", name: string, node: RustNode, scope: Scope): Value {
  const reason = `The macro ${name} is not followed`;
  if (own === "ambiguous" || machine.crate.untold(own) !== null) return unknownMacro(machine, name, node, scope);
  const body = own.node.text;
  const named = body.matchAll(/(?<![$\w.:])([a-z_]\w*)\b(?!\s*(!|::))/g);
  if ([...named].some(([, word = ""]) => word !== "self" && scope.find(word) !== null)) {
    spoilNamed(node, scope, reason);
    return machine.opaque(reason, node);
  }
  const block = expandMacro(own.node, node);
  if (block && !block.children.some((child) => child.type === "let_declaration" && !declaresOwn(child, body))) {
    return machine.evaluate(block, scope);
  }
  spoilNamed(node, scope, reason);
  return machine.opaque(reason, node);
}

/** True when a variable of an expansion is the macro's own: nobody outside sees it. */
function declaresOwn(declaration: RustNode, body: string): boolean {
  const name = /^\w+$/.exec(declaration.field("pattern")?.text ?? "")?.[0];
  return name !== undefined && new RegExp(`\\blet\\s+(mut\\s+)?${name}\\b`).test(body);
}

/** A macro of another crate may be any code at all. */
function unknownMacro(machine: Machine, name: string, node: RustNode, scope: Scope): Value {
  spoilNamed(node, scope, `The macro ${name} is not known and may change it`);
  return machine.opaque(`The macro ${name} is not known`, node);
}

function spoilNamed(node: RustNode, scope: Scope, reason: string): void {
  for (const [word] of innerText(node).matchAll(/[A-Za-z_]\w*/g)) {
    const cell = scope.find(word);
    if (cell) spoil(cell, reason, node);
  }
}

/** `write!(text, "…", …)` appends to a text; what it does to anything else is not followed. */
function written(machine: Machine, node: RustNode, scope: Scope, end: string): Value {
  const [target, ...rest] = argumentsOf(node);
  if (!target) {
    spoilNamed(node, scope, "What is written into it is not followed");
    return unknown("The arguments of the macro are not followed", node);
  }
  const place = followed(locate(machine, target, scope));
  const added = rest.length === 0 ? text("") : formatted(machine, node, scope, false, rest);
  const held = place.get();
  if (held.kind === "text" && added.kind === "text" && place.mutable) {
    machine.makeText(held.text.length + added.text.length + end.length, node);
    place.set(text(held.text + added.text + end));
  } else spoil(place, "What is written into it is known only when the code runs", node);
  return UNIT;
}

/** The text between a macro's brackets. */
function innerText(node: RustNode): string {
  return node.child("token_tree")?.text.slice(1, -1) ?? "";
}

const CALL_HEAD = "fn f(){g(";

/** A macro's arguments as expressions; none when they are not a list of expressions. */
function argumentsOf(node: RustNode): readonly RustNode[] {
  return presentIn(elementsOf(node)).filter((child) => child.type !== "attribute_item");
}

/** The same with the attributes before them. */
function elementsOf(node: RustNode): readonly RustNode[] {
  const tree = node.child("token_tree");
  if (!tree) return [];
  const inner = innerText(node);
  const repeated = /^\s*[^;{}]+;[^;{}]+$/.test(inner);
  const head = repeated ? "fn f(){let x=[" : CALL_HEAD;
  const piece = parsePiece(`${head}${inner}${repeated ? "];}" : ");}"}`, node.source, tree.start + 1 - head.length);
  if (piece.error) return [];
  for (const found of piece.root.descendants()) {
    if (repeated && found.type === "array_expression") return [found];
    if (!repeated && found.type === "arguments") return found.children;
  }
  return [];
}

function valuesOf(machine: Machine, node: RustNode, scope: Scope): Value[] {
  const nodes = argumentsOf(node);
  if (nodes.length === 0 && innerText(node).trim() !== "") {
    spoilNamed(node, scope, "The arguments of the macro are not followed");
    if (/\bawait\b/.test(innerText(node))) machine.opaque("The arguments of the macro are not followed", node);
  }
  const values = nodes.map((argument) => {
    const named = argument.type === "assignment_expression" ? argument.field("right") : argument;
    return named ? machine.evaluate(named, scope) : UNIT;
  });
  const [only] = values;
  return nodes[0]?.type === "array_expression" && innerText(node).includes(";") && only?.kind === "list"
    ? [...only.items]
    : values;
}

function formatted(
  machine: Machine,
  node: RustNode,
  scope: Scope,
  indented: boolean,
  [first, ...rest]: readonly RustNode[] = argumentsOf(node),
): Value {
  const template = first ? machine.read(first, scope) : null;
  if (template?.kind !== "text") return unknown("The format string is not constant", node);
  const names = new Map<string, Value>();
  const positional: Value[] = [];
  for (const argument of rest) {
    const right = argument.type === "assignment_expression" ? argument.field("right") : null;
    const value = machine.read(right ?? argument, scope);
    if (right) names.set(argument.field("left")?.text ?? "", value);
    positional.push(value);
  }
  const named = (name: string): Value | null => {
    const found = names.get(name) ?? scope.find(name)?.get() ?? constantValue(machine, [name], node);
    return found ? derefed(found) : null;
  };
  const pattern = indented ? withoutIndent(template.text) : template.text;
  const filled = formatText(machine, pattern, positional, named);
  if (filled === null) {
    return unknown("The text is put together from values that are known only when the code runs", node);
  }
  machine.makeText(filled.length, node);
  return text(filled);
}

/** Removes the white space that all lines start with, and an empty first line. */
function withoutIndent(value: string): string {
  const lines = value.split("\n");
  if (lines[0]?.trim() === "") lines.shift();
  const filled = lines.filter((line) => line.trim() !== "");
  const indent = Math.min(...filled.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0));
  return lines.map((line) => (line.trim() === "" ? "" : line.slice(indent))).join("\n");
}

function includedText(machine: Machine, node: RustNode, scope: Scope): Value {
  const [path] = valuesOf(machine, node, scope);
  if (path?.kind !== "text") return unknown("The file that is included is not named by a constant", node);
  const found = machine.fileText(path.text, node.source);
  return found === null ? unknown(`The included file ${path.text} is not among the files`, node) : text(found);
}

/** A piece that was parsed as an expression, parsed again as a pattern. */
function patternOf(expression: RustNode): RustNode | null {
  const head = "fn f(){match x {";
  const piece = parsePiece(`${head}${expression.text} => 1}}`, expression.source, expression.start - head.length);
  for (const found of piece.root.descendants()) if (found.type === "match_pattern") return piece.error ? null : found;
  return null;
}
