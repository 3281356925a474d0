import { cfgOf } from "./attributes.js";
import type { Item } from "./items.js";
import type { RustNode } from "./rust-node.js";

export interface Variant {
  readonly name: string;
  readonly node: RustNode;
  readonly attributes: readonly RustNode[];
}

/** The variants of an enum, except test-only ones. */
export function variantsOf(body: RustNode): readonly Variant[] {
  const variants: Variant[] = [];
  let attributes: RustNode[] = [];
  for (const child of body.children) {
    if (child.type === "attribute_item") attributes.push(child);
    else if (child.type === "enum_variant") {
      if (cfgOf(attributes) !== "no") variants.push({ name: child.field("name")?.text ?? "", node: child, attributes });
      attributes = [];
    }
  }
  return variants;
}

export function variantNode(item: Item, name: string): RustNode | null {
  const body = item.kind === "enum" ? item.node.field("body") : null;
  return (body ? variantsOf(body).find((variant) => variant.name === name)?.node : null) ?? null;
}
