import type { Crate } from "../syntax/crate.js";
import type { Item } from "../syntax/items.js";
import { stringValue, tokensOf } from "../syntax/literals.js";
import { snakeCase } from "../syntax/names.js";
import { parsePiece } from "../syntax/parse-rust.js";
import type { RustNode, RustText } from "../syntax/rust-node.js";

/**
 * The database name behind a path such as `User::Table`, by the rules of the `Iden` and `DeriveIden` macros, a hand-written
 * `impl Iden`, or an entity. Null when the files do not say.
 */
export function idenName(crate: Crate, segments: readonly string[], from: RustText): string | null {
  const path = crate.expand(segments, from);
  const names = new Set<string>();
  if (path.length >= 2) {
    const variant = path.at(-1) ?? "";
    for (const item of crate.candidates("enum", path.slice(0, -1), from)) {
      const name = variantName(crate, item, variant);
      if (name !== null) names.add(name);
    }
  }
  if (names.size === 0) {
    for (const item of crate.candidates("struct", path, from)) {
      const name = structName(crate, item);
      if (name !== null) names.add(name);
    }
  }
  return names.size === 1 ? ([...names][0] ?? null) : null;
}

function variantName(crate: Crate, item: Item, variant: string): string | null {
  const body = item.node.field("body");
  if (!body) return null;
  const found = variantsOf(body).find((each) => each.name === variant);
  if (!found) return null;
  const written = handWritten(crate, item, variant);
  if (written !== null) return written;
  if (
    !item.attributes.some((attribute) => /\b(Iden|DeriveIden|DeriveColumn|IdenStatic|EnumIter)\b/.test(attribute.text))
  )
    return null;
  const own = nameAttribute(found.attributes);
  if (own !== null) return own;
  if (variant === "Table") return nameAttribute(item.attributes) ?? snakeCase(item.name);
  return snakeCase(variant);
}

/** `impl Iden for X { fn unquoted(…) { … match self { Self::Table => "x", … } } }` */
function handWritten(crate: Crate, item: Item, variant: string): string | null {
  const impl = crate.named("impl", item.name).find((each) => each.trait === "Iden" && sameFile(each, item));
  if (!impl) return null;
  for (const arm of withMacros(impl.node)) {
    if (arm.type !== "match_arm") continue;
    const pattern = arm.field("pattern")?.text ?? "";
    const alternatives = pattern.split("|").map((each) => each.trim().split("::").at(-1));
    const value = arm.field("value");
    if (alternatives.includes(variant) && value && /string_literal$/.test(value.type)) return stringValue(value);
  }
  return null;
}

/** The nodes of a piece of code; the grammar leaves the arguments of `write!(s, "{}", match self { … })` as tokens. */
function* withMacros(node: RustNode): Iterable<RustNode> {
  for (const each of node.descendants()) {
    yield each;
    if (each.type !== "token_tree" || !each.text.startsWith("(") || !each.text.includes("=>")) continue;
    const head = "fn f() { ";
    yield* parsePiece(`${head}${each.text}; }`, each.source, each.start - head.length).root.descendants();
  }
}

function structName(crate: Crate, item: Item): string | null {
  const impl = crate.named("impl", item.name).find((each) => each.trait === "Iden" && sameFile(each, item));
  const written = impl ? writtenText(impl.node) : null;
  if (written !== null) return written;
  if (!item.attributes.some((attribute) => /\b(Iden|DeriveIden)\b/.test(attribute.text))) return null;
  return nameAttribute(item.attributes) ?? snakeCase(item.name);
}

function sameFile(a: Item, b: Item): boolean {
  return a.node.source.path === b.node.source.path;
}

/** `write!(s, "name")` in a hand-written `impl Iden` of a struct. */
function writtenText(impl: RustNode): string | null {
  const texts = [...impl.descendants()].filter((node) => /string_literal$/.test(node.type)).map(stringValue);
  return texts.length === 1 && !/[{}]/.test(texts[0] ?? "") ? (texts[0] ?? null) : null;
}

export interface Variant {
  readonly name: string;
  readonly node: RustNode;
  readonly attributes: readonly RustNode[];
}

export function variantsOf(body: RustNode): readonly Variant[] {
  const variants: Variant[] = [];
  let attributes: RustNode[] = [];
  for (const child of body.children) {
    if (child.type === "attribute_item") attributes.push(child);
    else if (child.type === "enum_variant") {
      variants.push({ name: child.field("name")?.text ?? "", node: child, attributes });
      attributes = [];
    }
  }
  return variants;
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
