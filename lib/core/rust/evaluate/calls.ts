import { type Item, pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { variantNode, variantsOf } from "../syntax/variants.js";
import { isUnsure, unsureList } from "./cfg.js";
import type { Machine } from "./machine.js";
import { selfTypeOf, withSelf } from "./paths.js";
import { matchPattern } from "./patterns.js";
import { derefed } from "./place.js";
import { handOver } from "./places.js";
import type { Scope } from "./scope.js";
import { standardFunction } from "./standard-functions.js";
import { argumentAs, typed } from "./typed.js";
import { type ClosureValue, reachesDatabase, UNIT, unknown, type Value } from "./value.js";

export function evaluateCall(machine: Machine, node: RustNode, scope: Scope): Value {
  const callee = node.field("function");
  if (!callee) return unknown("The call is incomplete", node);
  const target = calledIn(callee);
  const path = pathOf(target);
  const local =
    target.type === "identifier"
      ? scope.find(path[0] ?? "")?.get()
      : isPath(target)
        ? null
        : machine.evaluate(target, scope);
  const args = argumentsOf(machine, node, scope);
  if (local) return callValue(machine, derefed(local), args, node);
  return callPath(machine, withSelf(machine, path, target), args, node);
}

/** What is called, without its type arguments. */
export function calledIn(callee: RustNode): RustNode {
  return callee.type === "generic_function" ? (callee.field("function") ?? callee) : callee;
}

function isPath(node: RustNode): boolean {
  return /^(identifier|scoped_identifier|self|bracketed_type|generic_type)$/.test(node.type);
}

export function argumentsOf(machine: Machine, node: RustNode, scope: Scope): Value[] {
  const list = node.field("arguments");
  if (list && isUnsure(list.children)) return [unsureList(node)];
  return (list?.plain ?? []).map((argument) => machine.evaluate(argument, scope));
}

/** A closure, or a function's name, kept in a variable. */
export function callValue(machine: Machine, callee: Value, args: readonly Value[], node: RustNode): Value {
  if (callee.kind === "closure") return callClosure(machine, callee, args, node);
  if (callee.kind === "path") return callPath(machine, callee.segments, args, node, callee.node);
  handOver(machine, args, "Code that is not known", node);
  if ([callee, ...args].some(reachesDatabase))
    return machine.opaque("Code that is not known reaches the database", node);
  return unknown("Which code is called is known only when it runs", node);
}

function callPath(
  machine: Machine,
  path: readonly string[],
  args: readonly Value[],
  node: RustNode,
  from: RustNode = node,
): Value {
  const name = path.join("::");
  const found = machine.crate.resolveFunction(path, from);
  if (found.kind === "item") return callItem(machine, found.item, args, null, node);
  if (found.kind === "ambiguous") {
    handOver(machine, args, name, node);
    if (args.some(reachesDatabase)) return machine.opaque(`Which function ${name} means cannot be told`, node);
    return unknown(`Which function ${name} means cannot be told`, node);
  }
  const expanded = found.path;
  const initial = args.length === 0 ? defaultVariant(machine, path, from) : undefined;
  if (initial) return initial;
  const plain = standardFunction(machine, expanded, args, node);
  if (plain) return plain;
  const known = machine.library.onFunction(machine, expanded, args.map(derefed), node);
  if (known) return known;
  const seen = handOver(machine, args, name, node);
  if (seen.some(reachesDatabase)) {
    return machine.opaque(`The function ${name} reaches the database and is not among the files`, node);
  }
  return { kind: "term", head: expanded, args: asFields(machine, path, seen, from), calls: [], node };
}

/** The parts of a tuple struct or of an enum variant, converted as their types require. */
function asFields(machine: Machine, path: readonly string[], args: readonly Value[], node: RustNode): readonly Value[] {
  const found = machine.crate.value(path, node);
  const made =
    found?.kind === "variant"
      ? variantNode(found.item, found.variant)
      : found?.kind === "item" && found.item.kind === "struct"
        ? found.item.node
        : null;
  const body = made?.field("body");
  const types = body?.type === "ordered_field_declaration_list" ? body.children : [];
  const written = types.filter((each) => !/^(visibility_modifier|attribute_item)$/.test(each.type));
  return args.map((arg, at) => typed(machine, arg, written[at] ?? null, node));
}

/** `Enum::default()`, by the variant marked for `derive(Default)`. */
function defaultVariant(machine: Machine, path: readonly string[], node: RustNode): Value | undefined {
  const type = path.slice(0, -1);
  const item = path.at(-1) === "default" && type.length > 0 ? machine.crate.resolve("enum", type, node) : null;
  const body = item && item !== "ambiguous" && machine.crate.untold(item) === null ? item.node.field("body") : null;
  const marked = body
    ? variantsOf(body).filter((each) => each.attributes.some(({ text }) => /^#\[\s*default\s*\]$/.test(text)))
    : [];
  const [only] = marked;
  return only && marked.length === 1 ? { kind: "path", segments: [...type, only.name], node } : undefined;
}

/** A function in the files. An `async` one runs when it is awaited. */
export function callItem(
  machine: Machine,
  item: Item,
  args: readonly Value[],
  self: Value | null,
  node: RustNode,
): Value {
  const body = item.node.field("body");
  const untold = body ? machine.crate.untold(item) : `The function ${item.name} has no body here`;
  if (!body || untold !== null) {
    const given = self ? [self, ...args] : args;
    handOver(machine, given, item.name, node);
    const reason = untold ?? "";
    return given.some(reachesDatabase) ? machine.opaque(reason, node) : unknown(reason, node);
  }
  const run = () => {
    const scope = machine.scope(null);
    bindParameters(machine, item, args, self, scope);
    return typed(
      machine,
      machine.call(body, scope, selfTypeOf(machine, item), node),
      item.node.field("return_type"),
      node,
    );
  };
  const isAsync = item.node.child("function_modifiers")?.text.includes("async") ?? false;
  return isAsync ? machine.future(node, run) : run();
}

function bindParameters(machine: Machine, item: Item, args: readonly Value[], self: Value | null, scope: Scope): void {
  let next = 0;
  for (const parameter of item.node.field("parameters")?.children ?? []) {
    const mutable = /^\s*(&\s*('\w+\s+)?)?mut\b/.test(parameter.text);
    if (parameter.type === "self_parameter" || parameter.field("pattern")?.type === "self") {
      const value = self ?? args[next++];
      if (value) scope.declare("self", value, mutable);
    } else if (parameter.type === "parameter") {
      const given = args[next++] ?? unknown("The argument is missing", parameter);
      const value = argumentAs(machine, given, item.node, parameter);
      const pattern = parameter.field("pattern");
      if (pattern) matchPattern(machine, pattern, value, scope, mutable);
    }
  }
}

export function callClosure(
  machine: Machine,
  closure: ClosureValue,
  args: readonly Value[],
  origin: RustNode = closure.body,
): Value {
  const scope = machine.scope(closure.scope);
  for (const [at, param] of closure.params.entries()) {
    const pattern = param.type === "parameter" ? (param.field("pattern") ?? param) : param;
    const given = args[at] ?? unknown("The argument is missing", param);
    matchPattern(machine, pattern, typed(machine, given, param.field("type"), param), scope);
  }
  const run = () =>
    typed(
      machine,
      machine.call(closure.body, scope, machine.selfTypes.at(-1) ?? null, origin),
      closure.returns,
      closure.body,
    );
  return closure.waits ? machine.future(closure.body, run) : run();
}

/** Runs a future; any other value is returned as it is. */
export function settled(value: Value): Value {
  return value.kind === "future" ? settled(value.run()) : value;
}

/**
 * The closure of an iterator's adaptor, for each of its values. When it runs, and whether at all, is up to the iterator's consumer: what it changes
 * outside itself is unknown from there on.
 */
export function callForEach(
  machine: Machine,
  closure: ClosureValue,
  values: readonly Value[],
  node: RustNode,
): readonly Value[] {
  const results: Value[] = [];
  const { emissions, end } = machine.branch(() => {
    for (const value of values) results.push(callClosure(machine, closure, [value]));
    return UNIT;
  });
  if (emissions.length === 0 && end === "value") return results;
  const reason = "When an iterator runs its code, and for which elements, is not followed";
  machine.opaque(reason, node);
  return values.map(() => unknown(reason, node));
}
