import { pathOf } from "../syntax/items.js";
import { numberValue, stringValue, verbatimStart } from "../syntax/literals.js";
import type { RustNode } from "../syntax/rust-node.js";
import { evaluateCall } from "./calls.js";
import { evaluateBlock, evaluateFor, evaluateIf, evaluateLoop, evaluateMatch } from "./control.js";
import type { Machine } from "./machine.js";
import { evaluateMacro } from "./macros.js";
import { evaluateBinary, evaluateUnary } from "./operators.js";
import { evaluatePath, withSelf } from "./paths.js";
import type { Scope } from "./scope.js";
import { LoopSignal, ReturnSignal } from "./signals.js";
import { bool, text, UNIT, unknown, type Value } from "./value.js";

type Evaluate = (machine: Machine, node: RustNode, scope: Scope) => Value;

/** The value inside: code that changes nothing about it. */
const inner: Evaluate = (machine, node, scope) => {
  const value = node.field("value") ?? node.plain.find((child) => child.type !== "mutable_specifier");
  return value ? machine.evaluate(value, scope) : UNIT;
};

const literalText: Evaluate = (_machine, node) => text(stringValue(node), verbatimStart(node) === null ? null : node);

const list: Evaluate = (machine, node, scope) => {
  const length = node.field("length");
  const items = node.plain.map((child) => machine.evaluate(child, scope));
  const [first] = items;
  if (!length || !first) return { kind: "list", items };
  const count = machine.evaluate(length, scope);
  if (count.kind !== "number") return unknown("The length of the array is not constant", node);
  return { kind: "list", items: Array.from({ length: Number(count.text) }, () => first) };
};

const EXPRESSIONS: Readonly<Record<string, Evaluate>> = {
  string_literal: literalText,
  raw_string_literal: literalText,
  char_literal: (_machine, node) => text(node.text.slice(1, -1)),
  integer_literal: (_machine, node) => ({ kind: "number", text: numberValue(node.text) }),
  float_literal: (_machine, node) => ({ kind: "number", text: numberValue(node.text) }),
  boolean_literal: (_machine, node) => bool(node.text === "true"),
  unit_expression: () => UNIT,
  identifier: evaluatePath,
  scoped_identifier: evaluatePath,
  self: evaluatePath,
  generic_function: (machine, node, scope) => machine.evaluate(node.field("function") ?? node, scope),
  field_expression: fieldOf,
  call_expression: evaluateCall,
  macro_invocation: evaluateMacro,
  reference_expression: inner,
  parenthesized_expression: inner,
  try_expression: inner,
  await_expression: inner,
  type_cast_expression: inner,
  expression_statement: inner,
  unary_expression: evaluateUnary,
  binary_expression: evaluateBinary,
  array_expression: list,
  tuple_expression: list,
  struct_expression: structOf,
  closure_expression: (_machine, node, scope) => {
    const body = node.field("body");
    return body
      ? { kind: "closure", params: node.field("parameters")?.children ?? [], body, scope }
      : unknown("The closure has no body", node);
  },
  block: evaluateBlock,
  async_block: (machine, node, scope) => machine.evaluate(node.child("block") ?? node, scope),
  unsafe_block: (machine, node, scope) => machine.evaluate(node.child("block") ?? node, scope),
  if_expression: evaluateIf,
  match_expression: evaluateMatch,
  for_expression: evaluateFor,
  while_expression: evaluateLoop,
  loop_expression: evaluateLoop,
  assignment_expression: assign,
  compound_assignment_expr: assign,
  index_expression: indexOf,
  range_expression: rangeOf,
  return_expression: (machine, node, scope) => {
    const value = node.plain[0];
    throw new ReturnSignal(value ? machine.evaluate(value, scope) : UNIT);
  },
  break_expression: () => {
    throw new LoopSignal("break");
  },
  continue_expression: () => {
    throw new LoopSignal("continue");
  },
  // Items inside a function are found by the index of the crate.
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
};

export function evaluateExpression(machine: Machine, node: RustNode, scope: Scope): Value {
  const evaluate = EXPRESSIONS[node.type];
  if (evaluate) return evaluate(machine, node, scope);
  return machine.opaque(`Code of the kind ${node.type} is not followed`, node);
}

function fieldOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const object = node.field("value");
  const name = node.field("field")?.text ?? "";
  const value = object ? machine.evaluate(object, scope) : UNIT;
  if (value.kind === "struct") return value.fields.get(name) ?? unknown(`The field ${name} is not set here`, node);
  if (value.kind === "list") return value.items[Number(name)] ?? unknown(`There is no part ${name}`, node);
  // A connection kept in a field is as good as the connection.
  if (value.kind === "handle") return value;
  return unknown(`The value of the field ${name} is not known before the code runs`, node);
}

function structOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const fields = new Map<string, Value>();
  for (const field of node.field("body")?.children ?? []) {
    const name = field.field("field")?.text ?? field.text;
    const value = field.field("value");
    if (field.type === "field_initializer" && value) fields.set(name, machine.evaluate(value, scope));
    else if (field.type === "shorthand_field_initializer") {
      const identifier = field.child("identifier");
      if (identifier) fields.set(identifier.text, machine.evaluate(identifier, scope));
    }
  }
  const path = withSelf(machine, pathOf(node.field("name")));
  return { kind: "struct", name: path.at(-1) ?? "", path, fields, node };
}

function assign(machine: Machine, node: RustNode, scope: Scope): Value {
  const target = node.field("left");
  const right = node.field("right");
  const value = right ? machine.evaluate(right, scope) : UNIT;
  if (target?.type === "field_expression") {
    const object = machine.evaluate(target.field("value") ?? target, scope);
    if (object.kind === "struct") object.fields.set(target.field("field")?.text ?? "", value);
    return UNIT;
  }
  const name = target?.text ?? "";
  const known = node.type === "assignment_expression" ? value : unknown("The value changes as the code runs", node);
  const owner = scope.owner(name);
  const sure = owner !== null && owner.depth >= machine.undecided;
  scope.assign(name, sure ? known : unknown("The value is set in a branch that may not run", node));
  return UNIT;
}

function indexOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const [object, index] = node.plain.map((child) => machine.evaluate(child, scope));
  if (object?.kind === "list" && index?.kind === "number") {
    return object.items[Number(index.text)] ?? unknown("The index is outside the list", node);
  }
  return unknown("What stands at this index is not known before the code runs", node);
}

const LONGEST_RANGE = 10_000;

function rangeOf(machine: Machine, node: RustNode, scope: Scope): Value {
  const [from, to] = node.plain.map((child) => machine.evaluate(child, scope));
  if (from?.kind !== "number" || to?.kind !== "number") return unknown("The ends of the range are not constant", node);
  const first = Number(from.text);
  const count = Number(to.text) - first + (node.text.includes("..=") ? 1 : 0);
  if (!(count >= 0 && count <= LONGEST_RANGE)) return unknown("The range is too long to be followed", node);
  return {
    kind: "list",
    items: Array.from({ length: count }, (_, at) => ({ kind: "number", text: String(first + at) })),
  };
}
