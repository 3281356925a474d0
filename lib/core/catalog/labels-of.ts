import type { CatalogIndex } from "./lookup.js";

/** Labels of an enum by the name that `format_type` gives it; also of an array of one, and of a domain over one. Null for any other type. */
export function labelsOf(type: string, index: CatalogIndex): readonly string[] | null {
  const plain = type.replaceAll('"', "").replace(/(\[\])+$/, "");
  const found = index.catalog.objects.find(
    ({ kind, id }) => (kind === "type" || kind === "domain") && `${id.schema ?? ""}.${id.name}` === plain,
  );
  if (found?.kind === "domain") {
    const base = String(found.attributes.base);
    return base.endsWith("[]") ? null : labelsOf(base, index);
  }
  return found && Array.isArray(found.attributes.labels) ? found.attributes.labels.map(String) : null;
}
