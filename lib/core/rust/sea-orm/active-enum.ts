import { capitalized } from "../../capitalized.js";
import { literal } from "../../sql/quote.js";
import type { Machine } from "../evaluate/machine.js";
import type { PathValue } from "../evaluate/value.js";
import type { Item } from "../syntax/items.js";
import { numberValue, tokensOf } from "../syntax/literals.js";
import { snakeCase } from "../syntax/names.js";
import { variantsOf } from "../syntax/variants.js";
import { attributeText } from "./entity-names.js";

/** What `DeriveActiveEnum` stores for a variant, as SQL. Null when the files contain no such enum. */
export function activeEnumText(machine: Machine, value: PathValue): string | null {
  const named = machine.crate.value(value.segments, value.node);
  const item = named?.kind === "variant" ? named.item : null;
  const variant = named?.kind === "variant" ? named.variant : "";
  if (!item?.attributes.some((attribute) => attribute.text.includes("DeriveActiveEnum"))) return null;
  const body = item.node.field("body");
  const found = body ? variantsOf(body).find((each) => each.name === variant) : undefined;
  if (!found || machine.crate.untold(item) !== null) return null;
  const written = attributeText(found.attributes, "string_value");
  if (written !== null) return literal(written).trimStart();
  const number = numberAttribute(found.attributes) ?? discriminant(found.node.field("value")?.text);
  if (number !== null) return number;
  const style = attributeText(found.attributes, "rename") ?? attributeText(item.attributes, "rename_all");
  const renamed = style === null ? null : (STYLES[style]?.(variant) ?? null);
  return renamed === null ? null : literal(renamed).trimStart();
}

function numberAttribute(attributes: Item["attributes"]): string | null {
  for (const attribute of attributes) {
    const tokens = tokensOf(attribute.child("attribute")?.field("arguments") ?? attribute);
    const at = tokens.findIndex((token) => token.text === "num_value");
    const next = tokens[at + 1];
    if (at >= 0 && next) return numberValue(next.text);
  }
  return null;
}

function discriminant(text: string | undefined): string | null {
  return text === undefined ? null : numberValue(text);
}

const words = (name: string) => snakeCase(name).split("_");

/** The styles of `rename_all`. */
export const STYLES: Readonly<Record<string, (name: string) => string>> = {
  snake_case: snakeCase,
  "kebab-case": (name) => words(name).join("-"),
  camelCase: (name) =>
    words(name)
      .map((word, at) => (at === 0 ? word : capitalized(word)))
      .join(""),
  PascalCase: (name) => words(name).map(capitalized).join(""),
  mixed_case: (name) => words(name).map(capitalized).join(""),
  UPPERCASE: (name) => words(name).join("").toUpperCase(),
  lowercase: (name) => words(name).join(""),
  SCREAMING_SNAKE_CASE: (name) => snakeCase(name).toUpperCase(),
  title_case: (name) => words(name).map(capitalized).join(" "),
};
