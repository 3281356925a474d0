import { pathOf } from "../syntax/items.js";
import type { RustNode } from "../syntax/rust-node.js";
import type { Machine } from "./machine.js";
import { equal } from "./operators.js";
import { withSelf } from "./paths.js";
import { derefed } from "./place.js";
import { locate, spoil } from "./places.js";
import type { Scope } from "./scope.js";
import { type PathValue, unknown, type Value } from "./value.js";
import { samePath } from "./variants.js";

export type Match = "yes" | "no" | "maybe";

const TAKEN_APART = "A pattern takes it apart by reference, and what is done to the parts is not followed";

/**
 * The value that a pattern is matched against. Where the pattern destructures a place by reference, its variables have the parts, and the place
 * itself is unknown from here on.
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

/** Compares a value with a pattern and declares the pattern's variables. `mutable` is that of a single variable. */
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
      return value.kind === "path" ? samePlainVariant(machine, value, pattern) : otherVariant(value);
    default:
      return matchLiteral(machine, pattern, value, scope);
  }
}

/** A name that is a variant, a constant or a unit struct means that; any other is a variable. */
function matchName(machine: Machine, pattern: RustNode, given: Value, scope: Scope, mutable: boolean): Match {
  const name = pattern.text;
  const value = derefed(given);
  if (name === "None") return value.kind === "none" ? "yes" : value.kind === "some" ? "no" : "maybe";
  const found = machine.crate.value([name], pattern);
  const stands = found?.kind === "variant" || machine.crate.isConstant([name], pattern);
  if (!stands && !/^[A-Z]/.test(name)) {
    scope.declare(name, given, mutable);
    return found?.kind === "ambiguous" ? "maybe" : "yes";
  }
  return matchOf(equal(machine, machine.evaluate(pattern, scope), value));
}

function matchAny(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  for (const [at, child] of pattern.plain.entries()) {
    const inside = machine.scope(scope);
    const result = matchPattern(machine, child, value, inside);
    if (result === "no") continue;
    if (result === "yes") return matchPattern(machine, child, value, scope);
    // A later one may match instead, and bind the same names to other parts.
    return pattern.plain.length - at === 1 ? matchPattern(machine, child, value, scope) : bindUnknown(pattern, scope);
  }
  return "no";
}

/** Variants without parts; a constant means a value of its own. */
function samePlainVariant(machine: Machine, value: PathValue, pattern: RustNode): Match {
  const path = withSelf(machine, pathOf(pattern), pattern);
  if (machine.crate.isConstant(path, pattern) || machine.crate.isConstant(value.segments, pattern)) return "maybe";
  return matchOf(samePath(machine, value.segments, value.node, path, pattern));
}

function matchOf(same: boolean | null): Match {
  return same === null ? "maybe" : same ? "yes" : "no";
}

function matchParts(machine: Machine, parts: readonly RustNode[], items: readonly Value[] | null, scope: Scope): Match {
  const rest = parts.findIndex(isRest);
  const results = parts.map((part, at) => {
    if (at === rest) return bindRest(part, items, at, parts.length, scope);
    // After `..` the parts are counted from the end.
    const index = rest >= 0 && at > rest && items ? items.length - (parts.length - at) : at;
    const item = items?.[index] ?? unknown("The part is not known before the code runs", part);
    return matchPattern(machine, part, item, scope);
  });
  if (items && (rest < 0 ? items.length !== parts.length : items.length < parts.length - 1)) return "no";
  if (results.includes("no")) return "no";
  return items && !results.includes("maybe") ? "yes" : "maybe";
}

/** `..`, or `rest @ ..` to name what it leaves out. */
function isRest(part: RustNode): boolean {
  if (part.type === "remaining_field_pattern") return true;
  return part.type === "captured_pattern" && part.plain.at(-1)?.type === "remaining_field_pattern";
}

function bindRest(part: RustNode, items: readonly Value[] | null, at: number, count: number, scope: Scope): Match {
  const [name] = part.plain;
  if (part.type !== "captured_pattern" || !name) return "yes";
  if (!items) return bindUnknown(part, scope);
  scope.declare(
    name.text,
    { kind: "list", items: items.slice(at, Math.max(at, items.length - (count - at - 1))) },
    true,
  );
  return "yes";
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
    const type = pattern.field("type");
    const path = withSelf(machine, pathOf(type), pattern);
    // What a function creates may be a variant under another name.
    const made = /^[A-Z]/.test(value.head.at(-1) ?? "");
    const same = made && type ? samePath(machine, value.head, value.node, path, type) : null;
    if (same === false) return "no";
    const matched = matchParts(machine, parts, same ? value.args : null, scope);
    return same ? matched : "maybe";
  }
  matchParts(machine, parts, null, scope);
  return otherVariant(value);
}

/** `Ok(x)` is kept as `x`, so only a value that is completely known is known to be one. */
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
  const well = wellOf(value);
  const known = well !== null || /^(text|number|bool|unit|list|struct|handle)$/.test(value.kind);
  const matched = matchParts(machine, parts, known && name === "Ok" ? [well ?? value] : null, scope);
  if (known) return name === "Ok" ? matched : "no";
  return "maybe";
}

/** The contents of an `Ok` that is kept as such: an option, so that its `None` is not mistaken for a failure. */
export function wellOf(value: Value): Value | null {
  const made = value.kind === "term" && value.head.length === 1 && value.head[0] === "Ok" && value.calls.length === 0;
  return made ? (value.args[0] ?? null) : null;
}

export function isError(value: Value): boolean {
  return value.kind === "term" && value.head.length === 1 && value.head[0] === "Err" && value.calls.length === 0;
}

function matchStruct(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  const type = pattern.field("type");
  const results: Match[] = [kindOf(machine, type, value)];
  for (const field of pattern.children) {
    if (field.type !== "field_pattern") continue;
    const key = (field.field("name")?.text ?? field.text).replace(/^(ref\s+)?(mut\s+)?/, "");
    const inner = field.field("pattern");
    const found = value.kind === "struct" ? value.fields.get(key) : undefined;
    const item = found ?? unknown(`The field ${key} is not known before the code runs`, field);
    if (inner) results.push(matchPattern(machine, inner, item, scope));
    else scope.declare(field.child("shorthand_field_identifier")?.text ?? key, item, true);
  }
  return results.includes("no") ? "no" : results.includes("maybe") ? "maybe" : "yes";
}

/** Whether a value has the struct or the variant that a pattern with braces names. */
function kindOf(machine: Machine, type: RustNode | null, value: Value): Match {
  if (!type) return "maybe";
  const path = withSelf(machine, pathOf(type), type);
  if (value.kind === "struct") return matchOf(samePath(machine, value.path, value.node, path, type));
  if (value.kind === "path") return matchOf(samePath(machine, value.segments, value.node, path, type));
  return otherVariant(value);
}

/** A known value of another shape is another variant. */
function otherVariant(value: Value): Match {
  return /^(unknown|condition|rows|scalar|term|future|closure)$/.test(value.kind) ? "maybe" : "no";
}

function matchLiteral(machine: Machine, pattern: RustNode, value: Value, scope: Scope): Match {
  if (!/literal$/.test(pattern.type)) return "maybe";
  return matchOf(equal(machine, machine.evaluate(pattern, scope), value));
}
