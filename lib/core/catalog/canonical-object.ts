import type { Json } from "../json.js";
import { tokensOf } from "../sql/tokens.js";
import type { CatalogObject } from "./catalog.js";
import { canonicalArrays } from "./printed-arrays.js";

/** Kinds with expressions printed by the server. */
const KINDS: ReadonlySet<CatalogObject["kind"]> = new Set([
  "table",
  "column",
  "constraint",
  "index",
  "view",
  "materialized view",
  "rule",
  "policy",
  "trigger",
  "function",
  "domain",
  "statistics",
  "publication",
] as const);

/** Texts that somebody wrote and that are not SQL. */
const OWN_TEXTS: ReadonlySet<string> = new Set(["options", "toastOptions", "foreignOptions"]);

/** The object with its expressions in one form, which stands for every form in which the server prints them. */
export function canonicalObject<O extends CatalogObject>(object: O): O {
  if (!KINDS.has(object.kind)) return object;
  const attributes = Object.entries(object.attributes).map(([name, value]) => [
    name,
    OWN_TEXTS.has(name) ? value : canonical(value),
  ]);
  const definition = object.definition === null ? null : expression(object.definition);
  return { ...object, definition, attributes: Object.fromEntries(attributes) };
}

function canonical(value: Json): Json {
  if (typeof value === "string") return expression(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, canonical(each)]));
}

function expression(text: string): string {
  const canonicalText = canonicalArrays(text);
  if (!canonicalText.includes(NO_INDENT)) return canonicalText;
  const tokens = tokensOf(canonicalText);
  const said = (at: number) => [0, 1, 2, 3].map((next) => tokens[at + next]).join("") === NO_INDENT;
  return tokens.filter((_, at) => ![0, 1, 2, 3].some((past) => said(at - past))).join("");
}

/** Printed after XMLSERIALIZE since 16; older versions did the same without printing it. */
const NO_INDENT = " NO INDENT";
