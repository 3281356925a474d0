import type { CatalogObject } from "./catalog.js";

/** The definition as far as it counts in a comparison: that of a view says no more than its attributes, in the words of the version. */
export function comparedDefinition({ kind, definition }: CatalogObject): string | null {
  return kind === "view" || kind === "materialized view" ? null : definition;
}
