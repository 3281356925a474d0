import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { descendants, names } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING, notThere } from "../../undo/inverses.js";
import { restoreDropped } from "../../undo/restore-dropped.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";
import { defaultPartition } from "./create-table.js";

export interface DropTable extends OperationData {
  readonly kind: "drop-table";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropTable: OperationType<DropTable> = {
  kind: "drop-table",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const referenced = before
      .constraints(table)
      .flatMap(({ attributes: { references } }) =>
        references ? [{ schema: references.schema, name: references.table }] : [],
      );
    const referencing = operation.cascade
      ? before.referencedBy(table).map(({ id }) => ({ schema: id.schema ?? "", name: id.table ?? "" }))
      : [];
    const parent = before.table(table)?.attributes.partitionOf?.parent;
    const parents = before.catalog.objects.flatMap(({ kind, id }) => {
      const ref = { schema: id.schema ?? "", name: id.name };
      return kind === "table" && parent !== undefined && names(parent, ref) ? [ref] : [];
    });
    const defaults = parents.flatMap((each) => defaultPartition(each, before) ?? []);
    return effects([
      ...lockTree(before, table, LOCKS["drop table"]),
      ...[...referenced, ...referencing, ...parents, ...defaults].map((other) => lock(other, LOCKS["drop table"])),
    ]);
  },
  dropped,
  inverse(operation, before) {
    const tables = dropped(operation, before);
    if (tables.length === 0) return operation.ifExists ? NOTHING : notThere("table", operation.table.name);
    return restoreDropped(operation.statement, before, tables);
  },
  requirements(operation) {
    const base = { kind: "table", table: operation.table, source: operation.statement.source } as const;
    return [
      ...(operation.ifExists ? [] : [{ ...base, when: "before", present: true } as const]),
      { ...base, when: "after", present: false },
    ];
  },
};

function dropped(operation: DropTable, before: CatalogIndex): readonly CatalogObject[] {
  const table = resolveTable(operation.table, before);
  return [table, ...descendants(before, table)].flatMap((each) => before.table(each) ?? []);
}
