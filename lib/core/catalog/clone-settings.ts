import type { Catalog, CatalogObject } from "./catalog.js";
import { objectKey } from "./lookup.js";

/**
 * What a clone's catalog says of the tenant: with the tenant's settings that the clone has lacked from the start, since its maker may not set them
 * there. `start`: the clone's catalog before anything ran.
 */
export function withSettingsOf(tenant: Catalog, start: Catalog): (catalog: Catalog) => Catalog {
  const there = keys(settingsOf(start));
  const lacking = settingsOf(tenant).filter((setting) => !there.has(keyOf(setting)));
  if (lacking.length === 0) return (catalog) => catalog;
  return (catalog) => {
    const set = keys(settingsOf(catalog));
    const objects = [...catalog.objects, ...lacking.filter((setting) => !set.has(keyOf(setting)))];
    return { ...catalog, objects: objects.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) };
  };
}

function settingsOf({ objects }: Catalog): readonly CatalogObject[] {
  return objects.filter(({ kind }) => kind === "database setting");
}

function keys(objects: readonly CatalogObject[]): ReadonlySet<string> {
  return new Set(objects.map(keyOf));
}

function keyOf({ kind, id }: CatalogObject): string {
  return objectKey(kind, id);
}
