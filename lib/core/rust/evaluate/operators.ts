import type { RustNode } from "../syntax/rust-node.js";
import { compareScalar } from "./answers.js";
import { calculated, negated } from "./integers.js";
import { leaving, type Machine } from "./machine.js";
import { handOver } from "./places.js";
import type { Scope } from "./scope.js";
import { bool, condition, text, UNIT, undecided, unknown, type Value } from "./value.js";
import { samePath } from "./variants.js";

export function evaluateUnary(machine: Machine, node: RustNode, scope: Scope): Value {
  const operand = node.plain[0];
  const given = operand ? machine.read(operand, scope) : UNIT;
  const value = node.operator === "!" ? truthOf(given) : given;
  if (node.operator === "*") return value;
  if (node.operator === "-" && value.kind === "number")
    return negated(value) ?? unknown("The number may not fit in its type", node);
  if (node.operator === "!" && value.kind === "bool") return bool(!value.value);
  if (node.operator === "!" && value.kind === "condition") {
    return { kind: "condition", condition: { ...value.condition, negated: !value.condition.negated } };
  }
  handOver(machine, [value], "The operator", node);
  return unknown("The value is not known before the code runs", node);
}

export function evaluateBinary(machine: Machine, node: RustNode, scope: Scope): Value {
  const left = node.field("left");
  const right = node.field("right");
  if (!left || !right) return unknown("The expression is incomplete", node);
  const operator = node.operator ?? "";
  const a = machine.read(left, scope);
  if (operator === "&&" || operator === "||") return lazy(machine, operator, a, right, scope, node);
  const b = machine.read(right, scope);
  if (operator === "+" && a.kind === "text" && b.kind === "text") {
    machine.makeText(a.text.length + b.text.length, node);
    return text(a.text + b.text);
  }
  const asked = compareScalar(operator, a, b);
  if (asked) return asked;
  if (operator === "==" || operator === "!=") {
    const same = comparesItself(machine, a) || comparesItself(machine, b) ? null : equal(machine, a, b);
    return same === null
      ? unknown("The comparison is decided when the code runs", node)
      : bool(same === (operator === "=="));
  }
  const result = arithmetic(operator, a, b);
  if (result) return result;
  // A type's own operator may do anything to its operands.
  if (!/^[<>]=?$/.test(operator)) handOver(machine, [a, b], "The operator", node);
  return unknown("The value is computed when the code runs", node);
}

/** The right side runs only when the left one does not decide. */
function lazy(machine: Machine, operator: "&&" | "||", a: Value, right: RustNode, scope: Scope, node: RustNode): Value {
  if (a.kind === "bool" && a.value === (operator === "||")) return a;
  if (a.kind === "bool") return logical(operator, a, machine.read(right, scope), node);
  const result = machine.branch(() => machine.read(right, scope));
  const reason = "Whether the right side runs is known only when the code runs";
  const what = result.end === "refusal" ? "return" : leaving([result]);
  if (what) machine.leave(what, undecided(reason), right);
  if (result.emissions.length > 0 || what) return machine.opaque(reason, right);
  return logical(operator, a, result.value, node);
}

function logical(operator: "&&" | "||", left: Value, right: Value, node: RustNode): Value {
  const a = truthOf(left);
  const b = truthOf(right);
  if (a.kind === "bool") return b;
  if (b.kind === "bool" && b.value === (operator === "&&")) return a;
  if (a.kind === "condition" && b.kind === "condition" && a.condition.sql !== null && b.condition.sql !== null) {
    const word = operator === "&&" ? "AND" : "OR";
    const part = ({ condition }: typeof a) => (condition.negated ? `NOT (${condition.sql})` : condition.sql);
    return {
      kind: "condition",
      condition: {
        sql: `(${part(a)}) ${word} (${part(b)})`,
        negated: false,
        reason: a.condition.reason,
        asked: [...a.condition.asked, ...b.condition.asked],
      },
    };
  }
  return unknown("The condition is decided when the code runs", node);
}

/** A database value where a truth value is expected. */
export function truthOf(value: Value): Value {
  return value.kind === "scalar" ? condition(`coalesce(${value.sql}, false)`, value.asked) : value;
}

/** An enum that defines when two of its values are equal. */
function comparesItself(machine: Machine, value: Value): boolean {
  const found = value.kind === "path" ? machine.crate.value(value.segments, value.node) : null;
  const item =
    found && (found.kind === "variant" || found.kind === "member" || found.kind === "item") ? found.item : null;
  return item !== null && machine.crate.implsOf(item).some((impl) => impl.trait === "PartialEq");
}

function arithmetic(operator: string, a: Value, b: Value): Value | null {
  if (a.kind !== "number" || b.kind !== "number") return null;
  const [left, right] = [Number(a.text), Number(b.text)];
  if (operator === "<") return bool(left < right);
  if (operator === ">") return bool(left > right);
  if (operator === "<=") return bool(left <= right);
  if (operator === ">=") return bool(left >= right);
  return calculated(operator, a, b);
}

/** Null when it cannot be told. */
export function equal(machine: Machine, a: Value, b: Value): boolean | null {
  if (a.kind === "path" && b.kind === "path") return samePath(machine, a.segments, a.node, b.segments, b.node);
  if (a.kind === "text" && b.kind === "text") return a.text === b.text;
  if (a.kind === "number" && b.kind === "number") return a.text === b.text || Number(a.text) === Number(b.text);
  if (a.kind === "bool" && b.kind === "bool") return a.value === b.value;
  if (a.kind === "none" && b.kind === "none") return true;
  if ((a.kind === "none" && b.kind === "some") || (a.kind === "some" && b.kind === "none")) return false;
  return null;
}
