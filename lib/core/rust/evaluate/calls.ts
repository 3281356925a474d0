import { type Item, pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { knownMethod } from "./methods.js";
import { withSelf } from "./paths.js";
import { matchPattern } from "./patterns.js";
import type { Scope } from "./scope.js";
import { type ClosureValue, copyOf, HANDLE, reachesDatabase, type Term, unknown, type Value } from "./value.js";

export function evaluateCall(machine: Machine, node: RustNode, scope: Scope): Value {
  const callee = node.field("function");
  if (!callee) return unknown("The call is incomplete", node);
  const target = callee.type === "generic_function" ? (callee.field("function") ?? callee) : callee;
  if (target.type === "field_expression") return callMethod(machine, node, target, scope);
  const args = argumentsOf(machine, node, scope);
  const local = target.type === "identifier" ? scope.get(target.text) : undefined;
  if (local?.kind === "closure") return callClosure(machine, local, args);
  return callPath(machine, withSelf(machine, pathOf(target)), args, node);
}

export function argumentsOf(machine: Machine, node: RustNode, scope: Scope): Value[] {
  const list = node.field("arguments");
  return (list?.plain ?? []).map((argument) => machine.evaluate(argument, scope));
}

function callPath(machine: Machine, path: readonly string[], args: readonly Value[], node: RustNode): Value {
  const transparent = wrapperOf(path, args);
  if (transparent) return transparent;
  const expanded = machine.crate.expand(path, node.source);
  const known = machine.library.onFunction(machine, expanded, args, node);
  if (known) return known;
  const item = functionFor(machine, path, node);
  if (item) return callItem(machine, item, args, null);
  if (args.some(reachesDatabase)) {
    return machine.opaque(`The function ${path.join("::")} reaches the database and is not among the files`, node);
  }
  return { kind: "term", head: expanded, args, calls: [], node, depth: machine.undecided, tainted: null };
}

/** Constructors that only wrap what they are given. */
function wrapperOf(path: readonly string[], args: readonly Value[]): Value | null {
  const name = path.slice(-2).join("::");
  const [first] = args;
  if (path.length === 1 && path[0] === "Some" && first) return { kind: "some", value: first };
  if (path.length === 1 && path[0] === "Ok" && first) return first;
  if (/^(Box|Arc|Rc|SeaRc|RcOrArc|Cow|String)::(new|pin|from|Borrowed|Owned)$/.test(name) && first) return first;
  if (/^(Vec|String)::(new|with_capacity)$/.test(name)) {
    return name.startsWith("Vec") ? { kind: "list", items: [] } : { kind: "text", text: "", literal: null };
  }
  return name === "Vec::from" && first ? first : null;
}

function functionFor(machine: Machine, path: readonly string[], node: RustNode): Item | null {
  const type = path.at(-2);
  if (path.length >= 2 && type !== undefined && /^[A-Z]/.test(type)) {
    const methods = machine.crate
      .candidates("method", path.slice(-1), node.source)
      .filter((each) => each.type === type);
    return methods[0] ?? null;
  }
  const found = machine.crate.candidates("function", path, node.source).filter((each) => each.node.field("body"));
  return found.length === 1 ? (found[0] ?? null) : null;
}

export function callItem(machine: Machine, item: Item, args: readonly Value[], self: Value | null): Value {
  const body = item.node.field("body");
  if (!body) return unknown(`The function ${item.name} has no body here`, item.node);
  const scope = machine.scope(null);
  let next = 0;
  for (const parameter of item.node.field("parameters")?.children ?? []) {
    if (parameter.type === "self_parameter") {
      const value = self ?? args[next++];
      if (value) scope.declare("self", value);
    } else if (parameter.type === "parameter") {
      const value = args[next++] ?? unknown("The argument is missing", parameter);
      const pattern = parameter.field("pattern");
      if (pattern) matchPattern(machine, pattern, value, scope);
    }
  }
  return machine.call(body, scope, item.type);
}

export function callClosure(machine: Machine, closure: ClosureValue, args: readonly Value[]): Value {
  const scope = machine.scope(closure.scope);
  for (const [at, param] of closure.params.entries()) {
    const pattern = param.type === "parameter" ? (param.field("pattern") ?? param) : param;
    matchPattern(machine, pattern, args[at] ?? unknown("The argument is missing", param), scope);
  }
  return machine.call(closure.body, scope, machine.selfTypes.at(-1) ?? null);
}

const COPYING = new Set(["to_owned", "clone", "take"]);

function callMethod(machine: Machine, node: RustNode, target: RustNode, scope: Scope): Value {
  const object = target.field("value");
  const method = (target.field("field")?.text ?? "").replace(/^r#/, "");
  const receiver = object ? machine.evaluate(object, scope) : HANDLE;
  const args = argumentsOf(machine, node, scope);
  if (COPYING.has(method)) return copyOf(receiver);
  if (receiver.kind === "handle") return callHandle(machine, method, args, node);
  const own = methodOfFiles(machine, receiver, method, args.length, node);
  if (own) return callItem(machine, own, args, receiver);
  const known = knownMethod(machine, receiver, method, args, node);
  if (known) return known;
  const built = machine.library.onBuilder(machine, receiver, method, args, node);
  if (built) return built;
  if (args.some(reachesDatabase)) return callWithHandle(machine, receiver, method, node);
  if (receiver.kind === "term") return chain(machine, receiver, method, args, node);
  if (receiver.kind === "unknown") return receiver;
  if (receiver.kind === "rows" || receiver.kind === "scalar") {
    return unknown("What the database answers is known only when the code runs", node);
  }
  const head = receiver.kind === "path" ? receiver.segments : [receiver.kind];
  const start: Term = { kind: "term", head, args: [], calls: [], node, depth: machine.undecided, tainted: null };
  return chain(machine, start, method, args, node);
}

function callHandle(machine: Machine, method: string, args: readonly Value[], node: RustNode): Value {
  const known = machine.library.onHandle(machine, method, args, node);
  return known ?? machine.opaque(`What ${method} does to the database is not known`, node);
}

function callWithHandle(machine: Machine, receiver: Value, method: string, node: RustNode): Value {
  const why =
    receiver.kind === "unknown" ? `: ${receiver.reason.charAt(0).toLowerCase()}${receiver.reason.slice(1)}` : "";
  return machine.opaque(`What ${method} does to the database cannot be told from the code${why}`, node);
}

/** Builders of the libraries are changed in place by every call, whether the call borrows or consumes them. */
function chain(machine: Machine, term: Term, method: string, args: readonly Value[], node: RustNode): Term {
  if (term.depth < machine.undecided) {
    term.tainted ??= "It is put together in a branch of which it is not known whether it runs";
  }
  term.calls.push({ method, args, node });
  return term;
}

/** A method that the files themselves add to a type. */
function methodOfFiles(machine: Machine, receiver: Value, method: string, arity: number, node: RustNode): Item | null {
  const type = typeOf(receiver);
  if (type === null) return null;
  const found = machine.crate.candidates("method", [method], node.source).filter((item) => {
    const parameters = item.node.field("parameters")?.children ?? [];
    const takesSelf = parameters[0]?.type === "self_parameter";
    return item.type === type && takesSelf && parameters.filter((each) => each.type === "parameter").length === arity;
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

function typeOf(value: Value): string | null {
  if (value.kind === "struct") return value.name;
  if (value.kind === "path")
    return value.segments.length > 1 ? (value.segments.at(-2) ?? null) : (value.segments[0] ?? null);
  return value.kind === "term" ? (value.head.at(-2) ?? null) : null;
}
