import { type Item, type Place, pathOf } from "./items.js";
import type { RustNode } from "./rust-node.js";

/** Crates whose globs are known to bring no attribute that changes code, and the files' own. */
const NO_ATTRIBUTES = /^(crate|self|super|std|core|alloc|sea_orm|sea_orm_migration|sea_query|diesel|serde|chrono)$/;

/**
 * The name of an attribute that only a derive reads, if no `use` provides it: a derive adds code and does not change what it is on. Null for an
 * attribute that may be another crate's macro.
 */
export function nameForDerive(attribute: RustNode, { attributes }: Item, place: Place | null): string | null {
  const [name, ...rest] = pathOf(attribute.child("attribute")?.children[0] ?? null);
  const derives = attributes.some((each) => /^#\[\s*derive\b/.test(each.text));
  if (name === undefined || rest.length > 0 || !derives) return null;
  for (let at = place; at; at = at.outer)
    if (at.uses.some((use) => use.name === "*" && !NO_ATTRIBUTES.test(use.path[0] ?? ""))) return null;
  return name;
}

/** Whether a crate's macros are in scope everywhere without a `use`. */
export function bringsMacros(text: string): boolean {
  return /#\[\s*macro_use\s*(\(.*\)\s*)?\]\s*extern\b/.test(text);
}
