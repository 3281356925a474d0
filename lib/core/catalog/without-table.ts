import type { Catalog } from "./catalog.js";

/**
 * A catalog without the tables of a name, in whatever schema: everything attached to them goes as well, and so do the sequences that they own. For a
 * framework's ledger, whose form depends on the framework's version and is not part of what is declared.
 */
export function withoutTable(catalog: Catalog, name: string): Catalog {
  const owner = new RegExp(`(^|\\.)"?${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?\\.[^.]*$`);
  const objects = catalog.objects.filter(({ kind, id, attributes }) => {
    if (id.table === name || (kind === "table" && id.name === name)) return false;
    return !(kind === "sequence" && typeof attributes.ownedBy === "string" && owner.test(attributes.ownedBy));
  });
  return { ...catalog, objects };
}
