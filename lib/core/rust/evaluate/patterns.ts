import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { equal } from "./operators.js";
import { derefed } from "./place.js";
import { locate, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { unknown, type Value } from "./value.js";

export type Match = "yes" | "no" | "maybe";

const TAKEN_APART = "A pattern takes it apart by reference, and what is done to the parts is not followed";

/**
 * The value that a pattern is held against. Where the pattern takes a place apart by reference, its variables have the
 * parts, and the place itself is not known from here on.
 */
export function subjectOf(machine: Machine, subject: RustNode, pattern: RustNode, scope: Scope): Value {
  if (/\bref\s+mut\b/.test(pattern.text)) {
    const place = locate(machine, subject, scope);
    const value = derefed(place.get());
    spoil(place, TAKEN_APART, subject);
    return value;
  }
  const value = machine.evaluate(subject, scope);
  if (value.kind !== "ref" || /^(identifier|mut_pattern|_)$/.test(pattern.type)) return value;
  const inside = derefed(value);
  spoil(value.place, TAKEN_APART, subject);
  return inside;
}

/** Declares every variable of a pattern without a value. */
export function bindUnknown(pattern: RustNode, scope: Scope): "maybe" {
  for (const node of [pattern, ...pattern.descendants()]) {
    if (/^(shorthand_field_)?identifier$/.test(node.type) && /^[a-z_]/.test(node.text)) {
      scope.declare(node.text, unknown("The part is not known before the code runs", node), true);
    }
  }
  return "maybe";
}

/** Compares a value with a pattern and declares the pattern's variables. `mutable` is that of a variable alone. */
export function matchPattern(machine: Machine, pattern: RustNode, given: Value, scope: Scope, mutable = true): Match {
  if (pattern.type === "identifier") return matchName(machine, pattern, given, scope, mutable);
  const value = derefed(given);
  switch (pattern.type) {
    case "match_pattern":
      return pattern.plain[0] ? matchPattern(machine, pattern.plain[0], given, scope) : "yes";
    case "_":
      return "yes";
    case "mut_pattern":
    case "ref_pattern":
    case "reference_pattern": {
      const inner = pattern.plain.find((child) => child.type !== "mutable_specifier");
      return inner ? matchPattern(machine, inner, given, scope) : "yes";
    }
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
      if (name) scope.declare(name.text, value, true);
      return inner ? matchPattern(machine, inner, value, scope) : "yes";
    }
    case "scoped_identifier":
      return value.kind === "path" ? sameVariant(machine, value.segments, pattern) : otherVariant(value);
    default:
      return matchLiteral(machine, pattern, value, scope);
  }
}

/** A name with a capital is a variant or a constant, any other is a variable. */
function matchName(machine: Machine, pattern: RustNode, given: Value, scope: Scope, mutable: boolean): Match {
  const name = pattern.text;
  const value = derefed(given);
  if (name === "None") return value.kind === "none" ? "yes" : value.kind === "some" ? "no" : "maybe";
  if (!/^[A-Z]/.test(name) && !machine.crate.isConstant([name], pattern)) {
    scope.declare(name, given, mutable);
    return "yes";
  }
  const same = equal(machine.evaluate(pattern, scope), value);
  return same === null ? "maybe" : same ? "yes" : "no";
}

function matchAny(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const results = pattern.plain.map((child) => matchPattern(machine, child, value, scope));
  return results.includes("yes") ? "yes" : results.includes("maybe") ? "maybe" : "no";
}

/** The last names tell variants apart; a constant of that name stands for a value of its own. */
function sameVariant(machine: Machine, segments: readonly string[], pattern: RustNode): Match {
  const path = pathOf(pattern);
  if (segments.at(-1) === path.at(-1)) return "yes";
  return machine.crate.isConstant(path, pattern) || machine.crate.isConstant(segments, pattern) ? "maybe" : "no";
}

function matchParts(machine: Machine, parts: readonly RustNode[], items: readonly Value[] | null, scope: Scope): Match {
  const rest = parts.findIndex((part) => part.type === "remaining_field_pattern");
  const results = parts.map((part, at) => {
    if (part.type === "remaining_field_pattern") return "yes";
    // Behind `..` the parts are counted from the end.
    const index = rest >= 0 && at > rest && items ? items.length - (parts.length - at) : at;
    const item = items?.[index] ?? unknown("The part is not known before the code runs", part);
    return matchPattern(machine, part, item, scope);
  });
  if (items && (rest < 0 ? items.length !== parts.length : items.length < parts.length - 1)) return "no";
  if (results.includes("no")) return "no";
  return items && !results.includes("maybe") ? "yes" : "maybe";
}

function matchVariant(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const name = pathOf(pattern.field("type")).at(-1) ?? "";
  const parts = pattern.plain;
  if (name === "Some") {
    if (value.kind === "none") return "no";
    const inner = value.kind === "some" || value.kind === "rows" ? [value.kind === "some" ? value.value : value] : null;
    const matched = matchParts(machine, parts, inner, scope);
    return value.kind === "some" ? matched : "maybe";
  }
  if (name === "Ok" || name === "Err") return matchResult(machine, name, parts, value, scope);
  if (value.kind === "term" && value.calls.length === 0) {
    if (value.head.at(-1) !== name) return /^[A-Z]/.test(value.head.at(-1) ?? "") ? "no" : "maybe";
    return matchParts(machine, parts, value.args, scope);
  }
  matchParts(machine, parts, null, scope);
  return otherVariant(value);
}

/** `Ok(x)` is kept as `x`, so that only a value that is known through and through is known to be one. */
function matchResult(
  machine: Machine,
  name: "Ok" | "Err",
  parts: readonly RustNode[],
  value: Value,
  scope: Scope,
): Match {
  if (isError(value)) {
    if (name === "Ok") return "no";
    return matchParts(machine, parts, value.kind === "term" ? value.args : null, scope);
  }
  const known = /^(text|number|bool|unit|list|struct|some|none|handle)$/.test(value.kind);
  const matched = matchParts(machine, parts, known && name === "Ok" ? [value] : null, scope);
  if (known) return name === "Ok" ? matched : "no";
  return "maybe";
}

export function isError(value: Value): boolean {
  return value.kind === "term" && value.head.length === 1 && value.head[0] === "Err" && value.calls.length === 0;
}

function matchStruct(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const name = pathOf(pattern.field("type")).at(-1);
  for (const field of pattern.children) {
    if (field.type !== "field_pattern") continue;
    const key = (field.field("name")?.text ?? field.text).replace(/^(ref\s+)?(mut\s+)?/, "");
    const inner = field.field("pattern");
    const found = value.kind === "struct" ? value.fields.get(key) : undefined;
    const item = found ?? unknown(`The field ${key} is not known before the code runs`, field);
    if (inner) matchPattern(machine, inner, item, scope);
    else scope.declare(field.child("shorthand_field_identifier")?.text ?? key, item, true);
  }
  if (value.kind === "struct") return value.name === name ? "yes" : "no";
  return otherVariant(value);
}

/** A known value of another shape is another variant. */
function otherVariant(value: Value): Match {
  return /^(unknown|condition|rows|scalar|term|future|closure)$/.test(value.kind) ? "maybe" : "no";
}

function matchLiteral(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  if (!/literal$/.test(pattern.type)) return "maybe";
  const same = equal(machine.evaluate(pattern, scope), value);
  return same === null ? "maybe" : same ? "yes" : "no";
}
