import { callItem } from "../evaluate/calls.js";
import type { Machine } from "../evaluate/machine.js";
import { derefed } from "../evaluate/place.js";
import { RefusalSignal } from "../evaluate/signals.js";
import { text, type Value } from "../evaluate/value.js";
import type { Item } from "../syntax/items.js";
import { stringValue, tokensOf } from "../syntax/literals.js";
import { snakeCase } from "../syntax/names.js";
import type { RustNode } from "../syntax/rust-node.js";
import { variantsOf } from "../syntax/variants.js";

/**
 * The database name behind a path such as `User::Table`, by the rules of the `Iden` and `DeriveIden` macros, or what a
 * hand-written `impl Iden` writes. Null when the files do not say.
 */
export function idenName(machine: Machine, path: readonly string[], node: RustNode): string | null {
  const { crate } = machine;
  const found = crate.value(path, node);
  if (found?.kind !== "variant" && !(found?.kind === "item" && found.item.kind === "struct")) return null;
  const { item } = found;
  const impl = crate.implsOf(item).filter((each) => each.trait === "Iden");
  if (impl.length > 0) return impl.length === 1 && impl[0] ? writtenName(machine, impl[0], path, node) : null;
  if (crate.untold(item) !== null || !item.attributes.some((each) => DERIVES.test(each.text))) return null;
  if (found.kind === "item") return named(item.attributes, snakeCase(item.name));
  return variantName(item, found.variant);
}

const DERIVES = /^#\[\s*derive\b.*\b(Iden|DeriveIden|DeriveColumn|IdenStatic)\b/s;

function variantName(item: Item, variant: string): string | null {
  const body = item.node.field("body");
  const all = body ? variantsOf(body).filter((each) => each.name === variant) : [];
  const [found] = all;
  // Several of one name, depending on the build, have several names in the database.
  if (!found || all.length > 1) return null;
  return variant === "Table"
    ? named(found.attributes, named(item.attributes, snakeCase(item.name)))
    : named(found.attributes, snakeCase(variant));
}

/** The name that an attribute gives, otherwise the other one. Null when the build decides about the attribute. */
function named(attributes: readonly RustNode[], otherwise: string | null): string | null {
  if (attributes.some((each) => /^#\[\s*cfg_attr\b.*\b(iden|rename|sea_orm)\b/s.test(each.text))) return null;
  return nameAttribute(attributes) ?? otherwise;
}

/** `impl Iden for X { fn unquoted(…) { … } }`: what it writes, or returns. */
function writtenName(machine: Machine, impl: Item, path: readonly string[], node: RustNode): string | null {
  const methods = machine.crate.methods(impl);
  const [method] = methods;
  if (method?.name !== "unquoted" || methods.length !== 1) return null;
  const apart = machine.apart();
  const place = apart.cell(text(""), true, true);
  const takes = method.node.field("parameters")?.children.length === 2;
  const self: Value = { kind: "path", segments: path, node };
  try {
    const given = callItem(apart, method, takes ? [{ kind: "ref", place }] : [], self, node);
    const value = takes ? place.get() : derefed(given);
    return value.kind === "text" && value.text !== "" && apart.sink.finish().length === 0 ? value.text : null;
  } catch (signal) {
    if (!(signal instanceof RefusalSignal)) throw signal;
    return null;
  }
}

/** `#[iden = "x"]`, `#[iden(rename = "x")]`, `#[sea_orm(iden = "x")]`. */
function nameAttribute(attributes: readonly RustNode[]): string | null {
  for (const item of attributes) {
    const attribute = item.child("attribute");
    const head = attribute?.children[0]?.text;
    if (head !== "iden" && head !== "sea_orm") continue;
    const value = attribute?.field("value");
    if (value) return stringValue(value);
    const tokens = tokensOf(attribute?.field("arguments") ?? item);
    for (const [at, token] of tokens.entries()) {
      const next = tokens[at + 1];
      if ((token.text === "iden" || token.text === "rename") && next?.kind === "text") return next.text;
    }
  }
  return null;
}
