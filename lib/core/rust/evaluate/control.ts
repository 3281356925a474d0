import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { truthOf } from "./operators.js";
import { matchPattern } from "./patterns.js";
import type { Scope } from "./scope.js";
import { LoopSignal } from "./signals.js";
import { type Condition, UNIT, unknown, type Value } from "./value.js";

export function evaluateBlock(machine: Machine, node: RustNode, outer: Scope): Value {
  const scope = machine.scope(outer);
  let value: Value = UNIT;
  for (const child of node.children) {
    value = child.type === "let_declaration" ? declare(machine, child, scope) : machine.evaluate(child, scope);
    // `x;` has no value; an expression that closes the block is not wrapped in a statement.
    if (child.type === "expression_statement" && child.text.endsWith(";")) value = UNIT;
  }
  return value;
}

function declare(machine: Machine, node: RustNode, scope: Scope): Value {
  const pattern = node.field("pattern");
  const initial = node.field("value");
  const value = initial ? machine.evaluate(initial, scope) : unknown("The variable has no value yet", node);
  if (!pattern) return UNIT;
  const matched = matchPattern(machine, pattern, value, scope);
  const otherwise = node.field("alternative");
  if (otherwise && matched !== "yes") {
    if (matched === "no") machine.evaluate(otherwise, scope);
    else machine.anyOf([() => machine.evaluate(otherwise, scope)], DECIDED_LATER, node);
  }
  return UNIT;
}

const DECIDED_LATER = "Whether this runs is decided by values that are known only when the code runs";

export function evaluateIf(machine: Machine, node: RustNode, outer: Scope): Value {
  const scope = machine.scope(outer);
  const test = node.field("condition");
  const then = node.field("consequence");
  const otherwise = node.field("alternative")?.plain[0] ?? null;
  const decided = test ? decide(machine, test, scope) : "maybe";
  const runThen = () => (then ? machine.evaluate(then, scope) : UNIT);
  const runOther = () => (otherwise ? machine.evaluate(otherwise, outer) : UNIT);
  if (decided === "yes") return runThen();
  if (decided === "no") return runOther();
  if (decided === "maybe") return machine.anyOf([runThen, runOther], DECIDED_LATER, node);
  return evaluateGuard(machine, decided, runThen, runOther, node);
}

/** `if manager.has_table(…)`: both branches are kept, under a condition that each tenant's database answers. */
function evaluateGuard(
  machine: Machine,
  condition: Condition,
  runThen: () => Value,
  runOther: () => Value,
  node: RustNode,
): Value {
  const then = machine.branch(runThen);
  const otherwise = machine.branch(runOther);
  if (then.emissions.length > 0 || otherwise.emissions.length > 0) {
    machine.sink.emit({ kind: "guard", condition, whenTrue: then.emissions, whenFalse: otherwise.emissions, node });
  }
  if (then.end === "return" && otherwise.end === "value") {
    machine.sink.openGuard({ ...condition, negated: !condition.negated }, node);
  } else if (otherwise.end === "return" && then.end === "value") machine.sink.openGuard(condition, node);
  else if (then.end !== "value" || otherwise.end !== "value") {
    machine.sink.openGuard({ sql: null, negated: false, reason: DECIDED_LATER }, node);
  }
  return unknown(DECIDED_LATER, node);
}

function decide(machine: Machine, test: RustNode, scope: Scope): "yes" | "no" | "maybe" | Condition {
  if (test.type === "let_condition") {
    const pattern = test.field("pattern");
    const subject = test.field("value");
    if (!pattern || !subject) return "maybe";
    return matchPattern(machine, pattern, machine.evaluate(subject, scope), scope);
  }
  if (test.type === "let_chain") {
    const parts = test.plain.map((part) => decide(machine, part, scope));
    if (parts.includes("no")) return "no";
    return parts.every((part) => part === "yes") ? "yes" : "maybe";
  }
  const value = truthOf(machine.evaluate(test, scope));
  if (value.kind === "bool") return value.value ? "yes" : "no";
  return value.kind === "condition" ? value.condition : "maybe";
}

export function evaluateMatch(machine: Machine, node: RustNode, outer: Scope): Value {
  const subject = node.field("value");
  const value = subject ? machine.evaluate(subject, outer) : UNIT;
  const possible: (() => Value)[] = [];
  for (const arm of node.field("body")?.children ?? []) {
    if (arm.type !== "match_arm") continue;
    const scope = machine.scope(outer);
    const pattern = arm.field("pattern");
    const body = arm.field("value");
    if (!pattern || !body) continue;
    const matched = matchPattern(machine, pattern, value, scope);
    if (matched === "no") continue;
    const guarded = pattern.field("condition") !== null;
    const run = () => machine.evaluate(body, scope);
    if (matched === "yes" && !guarded && possible.length === 0) return run();
    possible.push(run);
    if (matched === "yes" && !guarded) break;
  }
  return machine.anyOf(possible, DECIDED_LATER, node);
}

export function evaluateFor(machine: Machine, node: RustNode, outer: Scope): Value {
  const pattern = node.field("pattern");
  const body = node.field("body");
  const over = node.field("value");
  const items = over ? machine.evaluate(over, outer) : UNIT;
  if (!pattern || !body) return UNIT;
  const run = (item: Value) => {
    const scope = machine.scope(outer);
    matchPattern(machine, pattern, item, scope);
    return machine.evaluate(body, scope);
  };
  if (items.kind !== "list") {
    const reason = "The loop runs over values that are known only when the code runs";
    return machine.anyOf([() => run(unknown(reason, node))], reason, node);
  }
  for (const item of items.items) {
    try {
      run(item);
    } catch (signal) {
      if (!(signal instanceof LoopSignal)) throw signal;
      if (signal.kind === "break") break;
    }
  }
  return UNIT;
}

/** `while` and `loop` end by what they find when they run. */
export function evaluateLoop(machine: Machine, node: RustNode, scope: Scope): Value {
  const body = node.field("body");
  const reason = "The loop ends by a condition that is known only when the code runs";
  return body ? machine.anyOf([() => machine.evaluate(body, scope)], reason, node) : UNIT;
}
