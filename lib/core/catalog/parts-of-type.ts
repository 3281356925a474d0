import { canonicalJson, type Json } from "../json.js";
import type { CatalogIndex } from "./lookup.js";

/** What a composite type consists of, down to its columns' types; also for an array of one, and a domain over one. Null for any other type. */
export function partsOfType(type: string, index: CatalogIndex): string | null {
  const plain = type.replaceAll('"', "").replace(/(\[\])+$/, "");
  const found = index.catalog.objects.find(
    ({ kind, id }) => (kind === "type" || kind === "domain") && `${id.schema ?? ""}.${id.name}` === plain,
  );
  if (found?.kind === "domain") return partsOfType(String(found.attributes.base), index);
  const columns: Json = found?.attributes.columns ?? null;
  if (!Array.isArray(columns)) return null;
  return canonicalJson(
    columns.map((column) => [column, Array.isArray(column) ? partsOfType(String(column[1]), index) : null]),
  );
}
