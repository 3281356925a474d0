import { digest, type Json } from "../json.js";
import type { Catalog, CatalogObject } from "./catalog.js";
import { comparedDefinition } from "./compared-definition.js";
import { isImpliedNotNull } from "./version-differences.js";

/**
 * SHA-256 in hex of what a catalog says, and of the version of the canonical form. It excludes the order of columns, the server's version and what
 * only the version brings (the constraint behind a plain NOT NULL in 18).
 */
export function fingerprint(catalog: Catalog): string {
  const objects = catalog.objects.filter((object) => !isImpliedNotNull(object)).map(essence);
  return digest({ canonical: catalog.canonical, objects });
}

function essence(object: CatalogObject): Json {
  const unfilled = "unfilled" in object ? ["unfilled"] : [];
  return [object.kind, { ...object.id }, comparedDefinition(object), object.attributes, ...unfilled] as Json;
}
