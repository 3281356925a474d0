import type { ColumnObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { QualifiedName } from "../sql/qualified-name.js";

export interface TypeUse {
  readonly table: TableRef;
  readonly column: ColumnObject;
}

/** Columns of tables that have a type, or an array of it. */
export function tablesOfType(type: QualifiedName, before: CatalogIndex): readonly TypeUse[] {
  return before.catalog.objects.flatMap((object) => {
    if (object.kind !== "column" || object.id.table === undefined) return [];
    const table = { schema: object.id.schema ?? "", name: object.id.table };
    const parts = object.attributes.type
      .replace(/(\[\])+$/, "")
      .replaceAll('"', "")
      .split(".");
    const sameName = parts.at(-1) === type.name;
    const sameSchema = type.schema === null || parts.length < 2 || parts.at(-2) === type.schema;
    return sameName && sameSchema && before.table(table) ? [{ table, column: object }] : [];
  });
}
