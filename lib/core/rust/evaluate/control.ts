import type { RustNode } from "../syntax/rust-node.js";
import { conditional, underCfg } from "./cfg.js";
import type { Machine } from "./machine.js";
import { leaving } from "./machine.js";
import { truthOf } from "./operators.js";
import { bindUnknown, matchPattern, subjectOf } from "./patterns.js";
import type { Scope } from "./scope.js";
import { stillAnswers } from "./still-answers.js";
import { typed } from "./typed.js";
import { type Condition, DECIDED_LATER, mayReach, UNIT, undecided, unknown, type Value } from "./value.js";

const ANSWERED_BEFORE = "The database was asked before statements that may change its answer";

export function evaluateBlock(machine: Machine, node: RustNode, outer: Scope): Value {
  const scope = machine.scope(outer);
  if (node.child("label")) return machine.opaque("Code that leaves a block by its label is not followed", node);
  let value: Value = UNIT;
  for (const [child, cfg] of underCfg(node.children)) {
    if (cfg === "no") continue;
    if (cfg === "maybe") {
      value = conditional(machine, child, scope);
      continue;
    }
    value = child.type === "let_declaration" ? declare(machine, child, scope) : machine.evaluate(child, scope);
    // `x;` has no value; an expression that ends the block is not wrapped in a statement.
    if (child.type === "expression_statement" && child.text.endsWith(";")) value = UNIT;
  }
  return value;
}

function declare(machine: Machine, node: RustNode, scope: Scope): Value {
  const pattern = node.field("pattern");
  const initial = node.field("value");
  if (!pattern) return UNIT;
  const mutable = node.child("mutable_specifier") !== null;
  const given = initial ? subjectOf(machine, initial, pattern, scope) : unknown("The variable has no value yet", node);
  const value = typed(machine, given, node.field("type"), node);
  const otherwise = node.field("alternative");
  if (!otherwise) {
    matchPattern(machine, pattern, value, scope, mutable);
    const cell = pattern.type === "identifier" && node.field("type") ? scope.find(pattern.text) : null;
    if (cell) cell.admit = (later) => typed(machine, later, node.field("type"), node);
    return UNIT;
  }
  const matched = matchPattern(machine, pattern, value, scope, mutable);
  if (matched === "no") machine.evaluate(otherwise, scope);
  else if (matched === "maybe") machine.anyOf([() => machine.evaluate(otherwise, scope)], DECIDED_LATER, node);
  return UNIT;
}

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
  if (!stillAnswers(machine, decided)) return machine.anyOf([runThen, runOther], ANSWERED_BEFORE, node);
  return evaluateGuard(machine, decided, runThen, runOther, node);
}

/** `if manager.has_table(…)`: keeps both branches, under a condition that each tenant's database answers. */
function evaluateGuard(
  machine: Machine,
  condition: Condition,
  runThen: () => Value,
  runOther: () => Value,
  node: RustNode,
): Value {
  const then = machine.branch(runThen);
  const otherwise = machine.branch(runOther);
  const plain = !then.mayReturn && !then.mayLoop && !otherwise.mayReturn && !otherwise.mayLoop;
  const what = leaving([then, otherwise]);
  // The rest of the function is in one branch with the part that did not return: the question is not asked a second time.
  if (plain && then.end === "return" && otherwise.end === "value") {
    machine.leave("return", { ...condition, negated: !condition.negated }, node, then.emissions);
    for (const emission of otherwise.emissions) machine.sink.keep(emission);
  } else if (plain && otherwise.end === "return" && then.end === "value") {
    machine.leave("return", condition, node, otherwise.emissions);
    for (const emission of then.emissions) machine.sink.keep(emission);
  } else {
    if (then.emissions.length > 0 || otherwise.emissions.length > 0) {
      machine.sink.emit({ kind: "guard", condition, whenTrue: then.emissions, whenFalse: otherwise.emissions, node });
    }
    if (what || then.end === "refusal" || otherwise.end === "refusal") {
      machine.leave(what ?? "return", undecided(DECIDED_LATER), node);
    }
  }
  return unknown(DECIDED_LATER, node, mayReach(then.value) || mayReach(otherwise.value));
}

export function decide(machine: Machine, test: RustNode, scope: Scope): "yes" | "no" | "maybe" | Condition {
  if (test.type === "let_condition") {
    const pattern = test.field("pattern");
    const subject = test.field("value");
    if (!pattern || !subject) return "maybe";
    return matchPattern(machine, pattern, subjectOf(machine, subject, pattern, scope), scope);
  }
  if (test.type === "let_chain") return decideChain(machine, test, scope);
  const value = truthOf(machine.read(test, scope));
  if (value.kind === "bool") return value.value ? "yes" : "no";
  return value.kind === "condition" ? value.condition : "maybe";
}

/** The parts from the left; what follows an undecided one may not be evaluated at all. */
function decideChain(machine: Machine, chain: RustNode, scope: Scope): "yes" | "no" | "maybe" {
  let all: "yes" | "maybe" = "yes";
  for (const part of chain.plain) {
    if (all === "maybe") {
      const decided = () => {
        decide(machine, part, scope);
        return UNIT;
      };
      machine.anyOf([decided], DECIDED_LATER, part);
      continue;
    }
    const decided = decide(machine, part, scope);
    if (decided === "no") return "no";
    if (decided !== "yes") all = "maybe";
  }
  return all;
}

export function evaluateMatch(machine: Machine, node: RustNode, outer: Scope): Value {
  const subject = node.field("value");
  const body = node.field("body");
  if (!subject || !body) return unknown("The match is incomplete", node);
  const value = subjectOf(machine, subject, body, outer);
  const possible: (() => Value)[] = [];
  for (const [arm, cfg] of underCfg(body.children)) {
    if (cfg === "no" || arm.type !== "match_arm") continue;
    const scope = machine.scope(outer);
    const pattern = arm.field("pattern");
    const result = arm.field("value");
    if (!pattern || !result) continue;
    const matched = cfg === "maybe" ? bindUnknown(pattern, scope) : matchPattern(machine, pattern, value, scope);
    if (matched === "no") continue;
    const guard = pattern.field("condition");
    const decided = guard && possible.length === 0 && matched === "yes" ? decide(machine, guard, scope) : null;
    if (decided === "no") continue;
    const sure = matched === "yes" && (guard === null || decided === "yes");
    const run = () => {
      if (guard && decided === null) decide(machine, guard, scope);
      return machine.evaluate(result, scope);
    };
    if (sure && possible.length === 0) return run();
    possible.push(run);
    if (sure) break;
  }
  return machine.anyOf(possible, DECIDED_LATER, node);
}
