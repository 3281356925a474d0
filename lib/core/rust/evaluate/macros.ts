import { pathOf } from "../syntax/items.js";
import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode } from "../syntax/rust-node.js";
import { formatText } from "./format.js";
import type { Machine } from "./machine.js";
import { expandMacro } from "./macro-rules.js";
import { matchPattern } from "./patterns.js";
import type { Scope } from "./scope.js";
import { RefusalSignal } from "./signals.js";
import { bool, reachesDatabase, text, UNIT, unknown, type Value } from "./value.js";

type Evaluate = (machine: Machine, node: RustNode, scope: Scope) => Value;

const refuse: Evaluate = (_machine, node) => {
  throw new RefusalSignal(`The code gives up here (${node.text.slice(0, 80)})`, node);
};
const nothing: Evaluate = () => UNIT;

const MACROS: Readonly<Record<string, Evaluate>> = {
  vec: (machine, node, scope) => ({ kind: "list", items: valuesOf(machine, node, scope) }),
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
  stringify: (_machine, node) => text(innerText(node).trim()),
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
  dbg: nothing,
  info: nothing,
  warn: nothing,
  debug: nothing,
  error: nothing,
  trace: nothing,
  assert: nothing,
  assert_eq: nothing,
  assert_ne: nothing,
  debug_assert: nothing,
  write: nothing,
  writeln: nothing,
};

export function evaluateMacro(machine: Machine, node: RustNode, scope: Scope): Value {
  const path = pathOf(node.field("macro"));
  const name = path.at(-1) ?? "";
  const own = machine.crate.resolve("macro", path, node.source);
  if (own) {
    const expanded = expandMacro(own.node, node);
    if (!expanded) return machine.opaque(`The macro ${name} is not followed`, node);
    return machine.evaluate(expanded, scope);
  }
  const evaluate = MACROS[name];
  if (evaluate) return evaluate(machine, node, scope);
  const args = valuesOf(machine, node, scope);
  const known = machine.library.onFunction(
    machine,
    machine.crate.expand([...path.slice(0, -1), `${name}!`], node.source),
    args,
    node,
  );
  if (known) return known;
  if (args.some(reachesDatabase))
    return machine.opaque(`The macro ${name} reaches the database and is not known`, node);
  return { kind: "term", head: path, args, calls: [], node, depth: machine.undecided, tainted: null };
}

/** The text between a macro's brackets. */
function innerText(node: RustNode): string {
  return node.child("token_tree")?.text.slice(1, -1) ?? "";
}

const CALL_HEAD = "fn f(){g(";

/** The arguments of a macro as expressions; none when they are no list of expressions. */
export function argumentsOf(node: RustNode): readonly RustNode[] {
  const tree = node.child("token_tree");
  if (!tree) return [];
  const inner = innerText(node);
  const repeated = /^\s*[^;{}]+;[^;{}]+$/.test(inner);
  const head = repeated ? "fn f(){let x=[" : CALL_HEAD;
  const piece = parsePiece(`${head}${inner}${repeated ? "];}" : ");}"}`, node.source, tree.start + 1 - head.length);
  if (piece.error) return [];
  for (const found of piece.root.descendants()) {
    if (repeated && found.type === "array_expression") return [found];
    if (!repeated && found.type === "arguments") return found.plain;
  }
  return [];
}

function valuesOf(machine: Machine, node: RustNode, scope: Scope): Value[] {
  const nodes = argumentsOf(node);
  const values = nodes.map((argument) =>
    argument.type === "assignment_expression" ? UNIT : machine.evaluate(argument, scope),
  );
  const [only] = values;
  return nodes[0]?.type === "array_expression" && innerText(node).includes(";") && only?.kind === "list"
    ? only.items
    : values;
}

function formatted(machine: Machine, node: RustNode, scope: Scope, indented: boolean): Value {
  const [first, ...rest] = argumentsOf(node);
  const template = first ? machine.evaluate(first, scope) : null;
  if (template?.kind !== "text") return unknown("The format string is not constant", node);
  const names = new Map<string, RustNode>();
  const positional: Value[] = [];
  for (const argument of rest) {
    const value = argument.field("right");
    if (argument.type === "assignment_expression" && value) names.set(argument.field("left")?.text ?? "", value);
    else positional.push(machine.evaluate(argument, scope));
  }
  const named = (name: string): Value | null => {
    const given = names.get(name);
    if (given) return machine.evaluate(given, scope);
    return scope.get(name) ?? constantNamed(machine, name, node);
  };
  const pattern = indented ? withoutIndent(template.text) : template.text;
  const filled = formatText(machine, pattern, positional, named);
  return filled === null
    ? unknown("The text is put together from values that are known only when the code runs", node)
    : text(filled);
}

function constantNamed(machine: Machine, name: string, node: RustNode): Value | null {
  const value = machine.crate.resolve("const", [name], node.source)?.node.field("value");
  return value ? machine.evaluate(value, machine.scope(null)) : null;
}

/** Takes away the white space that all lines begin with, and an empty first line. */
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
