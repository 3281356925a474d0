import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";
import { sameTable } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING, notThere } from "../../undo/inverses.js";
import { dependentsOfColumn } from "../../undo/recreate.js";
import { restoreDropped } from "../../undo/restore-dropped.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface DropColumn extends OperationData {
  readonly kind: "drop-column";
  readonly table: QualifiedName;
  readonly column: string;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropColumn: OperationType<DropColumn> = {
  kind: "drop-column",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const { constraints } = dependentsOfColumn(before, table, operation.column);
    const others = constraints.flatMap(({ id, attributes }) => {
      const own = { schema: id.schema ?? "", name: id.table ?? "" };
      const { references } = attributes;
      return references && sameTable(own, table) ? [{ schema: references.schema, name: references.table }] : [own];
    });
    return effects([
      ...lockTree(before, table, LOCKS["alter table"]),
      ...others.map((other) => lock(other, LOCKS["alter table"])),
    ]);
  },
  dropped,
  inverse(operation, before) {
    const columns = dropped(operation, before);
    if (columns.length === 0) return operation.ifExists ? NOTHING : notThere("column", operation.column);
    return restoreDropped(operation.statement, before, columns);
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      ...(operation.ifExists ? [] : [needsColumn(table, column, statement)]),
      needsColumn(table, column, statement, { when: "after", present: false }),
    ];
  },
};

function dropped(operation: DropColumn, before: CatalogIndex): readonly CatalogObject[] {
  const column = before.column(resolveTable(operation.table, before), operation.column);
  return column ? [column] : [];
}
