import type { Catalog } from "../catalog/catalog.js";
import { CatalogIndex } from "../catalog/lookup.js";
import type { Statement } from "../sql/statement.js";
import { orphans } from "./orphans.js";
import type { ProbeQuery } from "./probe.js";

/**
 * On request: rows that contradict foreign keys which are there and count as valid. They come from loads under
 * `session_replication_role` and from logical replicas, and a cascade over them is silent.
 */
export function probeExistingConstraints(before: Catalog): readonly ProbeQuery[] {
  const index = new CatalogIndex(before);
  return before.objects.flatMap((object) => {
    if (object.kind !== "constraint" || !object.attributes.references || object.attributes.ofParent === true) return [];
    const { references, columns } = object.attributes;
    const table = { schema: object.id.schema ?? "", name: object.id.table ?? "" };
    const parent = { schema: references.schema, name: references.table };
    const sql = `ALTER TABLE ${table.name} VALIDATE CONSTRAINT ${object.id.name}`;
    const statement: Statement = { index: 0, sql, source: { file: "catalog", line: 1, column: 1 } };
    const full = /\bMATCH FULL\b/.test(object.definition ?? "");
    const query = orphans(table, parent, { columns, referenced: references.columns, full }, statement, index);
    return [{ ...query, code: "probe.existing-foreign-key" }];
  });
}
