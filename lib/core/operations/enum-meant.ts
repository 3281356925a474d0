import { type CatalogObject, TENANT_SCHEMA } from "../catalog/catalog.js";
import type { CatalogIndex } from "../catalog/lookup.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import { findObject } from "../undo/recreate.js";

/** Along the tenant's search path, otherwise the only type of that name. */
export function typeMeant({ schema, name }: QualifiedName, index: CatalogIndex): CatalogObject | undefined {
  const along = schema === null ? [TENANT_SCHEMA, "public"] : [schema];
  const found = along.map((each) => index.get("type", { schema: each, name })).find((each) => each !== undefined);
  return found ?? findObject(index, "type", { schema, name }, null);
}

/** In their order; null for a type that is not there, or that is no enum. */
export function labelsMeant(type: QualifiedName, index: CatalogIndex): readonly string[] | null {
  const labels = typeMeant(type, index)?.attributes.labels;
  return Array.isArray(labels) ? labels.map(String) : null;
}
