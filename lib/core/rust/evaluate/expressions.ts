import { numberValue, stringValue, unescaped, verbatimStart } from "../syntax/literals.js";
import type { RustNode } from "../syntax/rust-node.js";
import { assign } from "./assignments.js";
import { calledIn, evaluateCall, settled } from "./calls.js";
import { isUnsure, presentIn, unsureList } from "./cfg.js";
import { evaluateBlock, evaluateIf, evaluateMatch } from "./control.js";
import { integerType, ofType, rangeOfType } from "./integers.js";
import { evaluateFor, evaluateLoop } from "./loops.js";
import type { Machine } from "./machine.js";
import { evaluateMacro } from "./macros.js";
import { callMethod } from "./method-calls.js";
import { heldBy } from "./methods.js";
import { evaluateBinary, evaluateUnary } from "./operators.js";
import { evaluatePath } from "./paths.js";
import { isError } from "./patterns.js";
import { derefed } from "./place.js";
import { locate } from "./places.js";
import type { Scope } from "./scope.js";
import { LoopSignal, ReturnSignal } from "./signals.js";
import { structOf } from "./structs.js";
import { bool, text, UNIT, undecided, unknown, type Value } from "./value.js";

type Evaluate = (machine: Machine, node: RustNode, scope: Scope) => Value;

/** The value inside: for code that does not change it. */
const inner: Evaluate = (machine, node, scope) => {
  const value = node.field("value") ?? node.plain.find((child) => child.type !== "mutable_specifier");
  return value ? machine.evaluate(value, scope) : UNIT;
};

const literalText: Evaluate = (_machine, node) => text(stringValue(node), verbatimStart(node) === null ? null : node);

const list: Evaluate = (machine, node, scope) => {
  if (isUnsure(node.children)) return unsureList(node);
  const length = node.field("length");
  const present = new Set(presentIn(node.children));
  const items = node.plain.filter((child) => present.has(child)).map((child) => machine.evaluate(child, scope));
  const [first] = items;
  if (!length || !first) return { kind: "list", items };
  const count = machine.read(length, scope);
  if (count.kind !== "number" || !(Number(count.text) <= LONGEST_LIST)) {
    return unknown("The length of the array is not constant, or too long", node);
  }
  return { kind: "list", items: Array.from({ length: Number(count.text) }, () => first) };
};

const EXPRESSIONS: Readonly<Record<string, Evaluate>> = {
  string_literal: literalText,
  raw_string_literal: literalText,
  char_literal: (_machine, node) => charOf(node.text),
  integer_literal: (_machine, node) =>
    ofType({ kind: "number", text: numberValue(node.text) }, integerType(/[iu]\w+$/.exec(node.text)?.[0] ?? "")),
  float_literal: (_machine, node) => ({ kind: "number", text: numberValue(node.text) }),
  boolean_literal: (_machine, node) => bool(node.text === "true"),
  unit_expression: () => UNIT,
  identifier: evaluatePath,
  scoped_identifier: evaluatePath,
  self: evaluatePath,
  generic_function: (machine, node, scope) => machine.evaluate(node.field("function") ?? node, scope),
  field_expression: placed,
  call_expression: called,
  macro_invocation: evaluateMacro,
  reference_expression: reference,
  parenthesized_expression: inner,
  try_expression: tried,
  await_expression: (machine, node, scope) => settled(inner(machine, node, scope)),
  type_cast_expression: castOf,
  expression_statement: inner,
  unary_expression: evaluateUnary,
  binary_expression: evaluateBinary,
  array_expression: list,
  tuple_expression: list,
  struct_expression: structOf,
  closure_expression: (_machine, node, scope) => {
    const body = node.field("body");
    if (!body) return unknown("The closure has no body", node);
    const owns = /^(static\s+)?(async\s+)?move\b/.test(node.text);
    const around = owns ? scope.moved() : scope.seen();
    const params = node.field("parameters")?.children ?? [];
    const waits = /^(static\s+)?async\b/.test(node.text);
    return { kind: "closure", params, body, returns: node.field("return_type"), scope: around, owns, waits };
  },
  block: evaluateBlock,
  async_block: (machine, node, scope) => {
    const block = node.child("block");
    const around = /^async\s+move\b/.test(node.text) ? scope.moved() : scope.seen();
    if (!block) return unknown("The block is incomplete", node);
    return machine.future(node, () => machine.call(block, around, machine.selfTypes.at(-1) ?? null, node));
  },
  unsafe_block: (machine, node, scope) => machine.evaluate(node.child("block") ?? node, scope),
  if_expression: evaluateIf,
  match_expression: evaluateMatch,
  for_expression: evaluateFor,
  while_expression: evaluateLoop,
  loop_expression: evaluateLoop,
  assignment_expression: assign,
  compound_assignment_expr: assign,
  index_expression: placed,
  range_expression: rangeOf,
  return_expression: (machine, node, scope) => {
    const value = node.plain[0];
    throw new ReturnSignal(value ? machine.evaluate(value, scope) : UNIT);
  },
  break_expression: (machine, node, scope) => {
    const value = node.plain.find((child) => child.type !== "label");
    if (value) machine.evaluate(value, scope);
    throw new LoopSignal("break", node.child("label")?.text ?? null);
  },
  continue_expression: (_machine, node) => {
    throw new LoopSignal("continue", node.child("label")?.text ?? null);
  },
  // The crate's index finds items inside a function.
  const_item: () => UNIT,
  static_item: () => UNIT,
  function_item: () => UNIT,
  enum_item: () => UNIT,
  struct_item: () => UNIT,
  impl_item: () => UNIT,
  use_declaration: () => UNIT,
  macro_definition: () => UNIT,
  attribute_item: () => UNIT,
  empty_statement: () => UNIT,
  type_item: () => UNIT,
  trait_item: () => UNIT,
  mod_item: () => UNIT,
};

export function evaluateExpression(machine: Machine, node: RustNode, scope: Scope): Value {
  const evaluate = EXPRESSIONS[node.type];
  if (evaluate) return evaluate(machine, node, scope);
  return machine.opaque(`Code of the kind ${node.type} is not followed`, node);
}

function called(machine: Machine, node: RustNode, scope: Scope): Value {
  const callee = node.field("function");
  const target = callee ? calledIn(callee) : null;
  return target?.type === "field_expression"
    ? callMethod(machine, node, target, scope)
    : evaluateCall(machine, node, scope);
}

/** What is in a place. */
function placed(machine: Machine, node: RustNode, scope: Scope): Value {
  return locate(machine, node, scope).get();
}

/** `&mut place` refers to the place; a way to the database stays what it is. */
function reference(machine: Machine, node: RustNode, scope: Scope): Value {
  const value = node.field("value");
  if (!value) return UNIT;
  if (!node.child("mutable_specifier") && !/^&\s*raw\b/.test(node.text)) return machine.evaluate(value, scope);
  const place = locate(machine, value, scope);
  const held = place.get();
  if (held.kind === "ref") return held;
  return held.kind === "handle" ? held : { kind: "ref", place };
}

/** The kinds of value that may be a Result with an error. */
const MAY_FAIL: ReadonlySet<Value["kind"]> = new Set(["unknown", "term", "unit", "rows", "scalar", "condition"]);

/** `?`: a known error leaves the function. */
function tried(machine: Machine, node: RustNode, scope: Scope): Value {
  const value = settled(inner(machine, node, scope));
  const seen = derefed(value);
  if (isError(seen)) throw new ReturnSignal(seen);
  const well = heldBy(seen);
  if (well) return well;
  if (MAY_FAIL.has(seen.kind) && machine.losesErrors)
    machine.leave("return", undecided("Whether an error leaves a function whose caller goes on is not known"), node);
  if (seen.kind !== "none" && seen.kind !== "some") return value;
  // `Ok(None)` is kept as `None`: it is unknown which of the two this is, and so whether it leaves.
  const reason = "Whether the ? leaves the function is not followed";
  if (seen.kind === "none") machine.leave("return", undecided(reason), node);
  return unknown(reason, node);
}

/** `x as T`: a number that fits the type stays as it is; a cast to something other than a number changes nothing. */
function castOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const given = machine.evaluate(node.field("value") ?? node, scope);
  const type = node.field("type")?.text ?? "";
  if (!/^([iu](8|16|32|64|128|size)|f32|f64|char|bool)$/.test(type)) return given;
  const value = derefed(given);
  const range = rangeOfType(type);
  const whole = value.kind === "number" && /^-?\d+$/.test(value.text) ? BigInt(value.text) : null;
  if (range && whole !== null && whole >= range[0] && whole <= range[1])
    return { kind: "number", text: String(whole), type };
  return unknown("What the cast gives is not followed", node);
}

/** A character; `b'a'` is its number. */
function charOf(literal: string): Value {
  const body = literal.replace(/^b/, "").slice(1, -1);
  const char = body.startsWith("\\") ? unescaped(body) : body;
  return literal.startsWith("b") ? { kind: "number", text: String(char.charCodeAt(0)), type: "u8" } : text(char);
}

const LONGEST_LIST = 10_000;

function rangeOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const [from, to] = node.plain.map((child) => machine.read(child, scope));
  if (from?.kind !== "number" || to?.kind !== "number") return unknown("The ends of the range are not constant", node);
  const first = Number(from.text);
  const count = Number(to.text) - first + (node.text.includes("..=") ? 1 : 0);
  if (!(count >= 0 && count <= LONGEST_LIST)) return unknown("The range is too long to be followed", node);
  return {
    kind: "list",
    items: Array.from({ length: count }, (_, at) =>
      ofType({ kind: "number", text: String(first + at) }, from.type ?? to.type ?? null),
    ),
  };
}
