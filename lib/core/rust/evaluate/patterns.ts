import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import { evaluateExpression } from "./expressions.js";
import type { Machine } from "./machine.js";
import { equal } from "./operators.js";
import type { Scope } from "./scope.js";
import { unknown, type Value } from "./value.js";

export type Match = "yes" | "no" | "maybe";

/** Compares a value with a pattern and declares the pattern's variables. */
export function matchPattern(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  switch (pattern.type) {
    case "match_pattern":
      return pattern.plain[0] ? matchPattern(machine, pattern.plain[0], value, scope) : "yes";
    case "_":
      return "yes";
    case "mut_pattern":
    case "ref_pattern":
    case "reference_pattern": {
      const inner = pattern.plain.find((child) => child.type !== "mutable_specifier");
      return inner ? matchPattern(machine, inner, value, scope) : "yes";
    }
    case "identifier":
      return matchName(machine, pattern, value, scope);
    case "or_pattern":
      return matchAny(machine, pattern, value, scope);
    case "tuple_pattern":
    case "slice_pattern":
      return matchParts(machine, pattern.plain, value.kind === "list" ? value.items : null, scope);
    case "tuple_struct_pattern":
      return matchVariant(machine, pattern, value, scope);
    case "struct_pattern":
      return matchStruct(machine, pattern, value, scope);
    case "captured_pattern": {
      const [name, inner] = pattern.plain;
      if (name) scope.declare(name.text, value);
      return inner ? matchPattern(machine, inner, value, scope) : "yes";
    }
    case "scoped_identifier":
      return value.kind === "path"
        ? value.segments.at(-1) === pathOf(pattern).at(-1)
          ? "yes"
          : "no"
        : otherVariant(value);
    default:
      return matchLiteral(machine, pattern, value, scope);
  }
}

/** A name with a capital is a variant or a constant, any other is a variable. */
function matchName(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const name = pattern.text;
  if (name === "None") return value.kind === "none" ? "yes" : value.kind === "some" ? "no" : "maybe";
  if (!/^[A-Z]/.test(name)) {
    scope.declare(name, value);
    return "yes";
  }
  const same = equal(evaluateExpression(machine, pattern, scope), value);
  return same === null ? "maybe" : same ? "yes" : "no";
}

function matchAny(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const results = pattern.plain.map((child) => matchPattern(machine, child, value, scope));
  return results.includes("yes") ? "yes" : results.includes("maybe") ? "maybe" : "no";
}

function matchParts(machine: Machine, parts: readonly RustNode[], items: readonly Value[] | null, scope: Scope): Match {
  const results = parts.map((part, at) => {
    if (part.type === "remaining_field_pattern") return "yes";
    const item = items?.[at] ?? unknown("The part is not known before the code runs", part);
    return matchPattern(machine, part, item, scope);
  });
  if (results.includes("no")) return "no";
  return items && !results.includes("maybe") ? "yes" : items ? "maybe" : "maybe";
}

function matchVariant(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const name = pathOf(pattern.field("type")).at(-1) ?? "";
  const parts = pattern.plain;
  if (name === "Some" || name === "Ok") {
    if (value.kind === "none") return "no";
    const inner = value.kind === "some" ? value.value : name === "Ok" ? value : null;
    if (value.kind === "rows" && name === "Some") {
      matchParts(machine, parts, [value], scope);
      return "maybe";
    }
    return matchParts(machine, parts, inner ? [inner] : null, scope);
  }
  if (name === "Err") {
    matchParts(machine, parts, null, scope);
    return value.kind === "unknown" ? "maybe" : "no";
  }
  if (value.kind === "term" && value.calls.length === 0) {
    if (value.head.at(-1) !== name) return "no";
    return matchParts(machine, parts, value.args, scope);
  }
  matchParts(machine, parts, null, scope);
  return otherVariant(value);
}

function matchStruct(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const name = pathOf(pattern.field("type")).at(-1);
  for (const field of pattern.children) {
    if (field.type !== "field_pattern") continue;
    const key = field.field("name")?.text ?? field.text;
    const inner = field.field("pattern");
    const found = value.kind === "struct" ? value.fields.get(key) : undefined;
    const item = found ?? unknown(`The field ${key} is not known before the code runs`, field);
    if (inner) matchPattern(machine, inner, item, scope);
    else scope.declare(key, item);
  }
  if (value.kind === "struct") return value.name === name ? "yes" : "no";
  return otherVariant(value);
}

/** A known value of another shape is another variant. */
function otherVariant(value: Value): Match {
  return /^(unknown|condition|rows|scalar)$/.test(value.kind) ? "maybe" : "no";
}

function matchLiteral(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  if (!/literal$/.test(pattern.type)) return "maybe";
  const same = equal(evaluateExpression(machine, pattern, scope), value);
  return same === null ? "maybe" : same ? "yes" : "no";
}
