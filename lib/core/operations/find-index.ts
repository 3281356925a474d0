import type { IndexObject } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import { homeSchema } from "./resolve.js";

/** The index that a statement names; without a schema, the one of the home schema, or the only one of that name. */
export function findIndex({ schema, name }: QualifiedName, before: CatalogIndex): IndexObject | undefined {
  const named = before.indexesNamed(name);
  const home = schema ?? homeSchema(before);
  return named.find(({ id }) => id.schema === home) ?? (named.length === 1 ? named[0] : undefined);
}
