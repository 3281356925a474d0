import type { CatalogObject } from "./catalog.js";

/** The part of the definition that counts in a comparison: a view's says no more than its attributes, in the version's own wording. */
export function comparedDefinition({ kind, definition }: CatalogObject): string | null {
  return kind === "view" || kind === "materialized view" ? null : definition;
}
