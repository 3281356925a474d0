import type { CatalogIndex } from "./lookup.js";

/** Labels of an enum by the name that `format_type` gives it; null for any other type. */
export function labelsOf(type: string, index: CatalogIndex): readonly string[] | null {
  const plain = type.replaceAll('"', "");
  const found = index.catalog.objects.find(
    ({ kind, id, attributes }) =>
      kind === "type" && `${id.schema ?? ""}.${id.name}` === plain && Array.isArray(attributes.labels),
  );
  return found && Array.isArray(found.attributes.labels) ? found.attributes.labels.map(String) : null;
}
