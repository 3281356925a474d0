import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { descendants } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsColumn } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface SetNotNull extends OperationData {
  readonly kind: "set-not-null";
  readonly table: QualifiedName;
  readonly column: string;
}

export const setNotNull: OperationType<SetNotNull> = {
  kind: "set-not-null",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const tree = [table, ...descendants(before, table)];
    const scans = tree.filter((each) => !isProved(each, operation.column, before));
    return effects(lockTree(before, table, LOCKS["alter table"]), { scans });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    if (before.column(table, operation.column)?.attributes.notNull) return exact();
    return exact(alterTable(table, `ALTER COLUMN ${identifier(operation.column)} DROP NOT NULL`));
  },
  requirements(operation) {
    const { table, column, statement } = operation;
    return [
      needsColumn(table, column, statement),
      needsColumn(table, column, statement, { when: "after", nullable: false }),
    ];
  },
};

/** Already NOT NULL, or a valid CHECK proves it: then PostgreSQL does not read the table (manual, ALTER TABLE, since 12). */
function isProved(table: TableRef, column: string, before: CatalogIndex): boolean {
  if (before.column(table, column)?.attributes.notNull) return true;
  const plain = /^[a-z_][a-z0-9_$]*$/.test(column) ? column : identifier(column);
  return before
    .constraints(table)
    .some(
      ({ attributes, definition }) =>
        attributes.type === "c" && attributes.validated && (definition ?? "").includes(`${plain} IS NOT NULL`),
    );
}
