import { literal } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { Term, Value } from "../evaluate/value.js";

/**
 * A tuple struct around one value that is stored as JSON (`FromJsonQueryResult`): serde writes the value inside. Null for
 * any other term.
 */
export function jsonText(machine: Machine, term: Term): string | null {
  const [inner] = term.args;
  if (term.calls.length > 0 || term.args.length !== 1 || !inner) return null;
  const item = machine.crate.resolve("struct", term.head, term.node);
  const attributes = item && item !== "ambiguous" ? item.attributes.map((attribute) => attribute.text).join(" ") : "";
  const stored =
    /\bFromJsonQueryResult\b/.test(attributes) && /\bSerialize\b/.test(attributes) && !/#\[serde/.test(attributes);
  const json = stored ? jsonOf(inner) : null;
  return json === null ? null : literal(json).trimStart();
}

function jsonOf(value: Value): string | null {
  if (value.kind === "text") return JSON.stringify(value.text);
  if (value.kind === "number") return value.text;
  if (value.kind === "bool") return String(value.value);
  if (value.kind === "none") return "null";
  if (value.kind !== "list") return null;
  const items = value.items.map(jsonOf);
  return items.includes(null) ? null : `[${items.join(",")}]`;
}

/**
 * `json!(…)` around plain JSON. It is unknown whether the build keeps the keys in order, so an object must have them sorted, or it is not followed.
 */
export function jsonMacro(term: Term): string | null {
  if (term.calls.length > 0) return null;
  try {
    const value: unknown = JSON.parse(term.node.child("token_tree")?.text.slice(1, -1) ?? "");
    return told(value) ? literal(JSON.stringify(value)).trimStart() : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

function told(value: unknown): boolean {
  if (typeof value === "number") return Number.isSafeInteger(value);
  if (Array.isArray(value)) return value.every(told);
  if (typeof value !== "object" || value === null) return true;
  const keys = Object.keys(value);
  return keys.every((key, at) => at === 0 || (keys[at - 1] ?? "") < key) && Object.values(value).every(told);
}
