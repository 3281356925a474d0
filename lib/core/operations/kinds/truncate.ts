import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { sameTable } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import type { KeptSequences } from "../../undo/keep/keep-sequences.js";
import { undoRows } from "../../undo/keep/undo-rows.js";
import { keepOwnedSequences } from "../../undo/owned-sequences.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { needsTable } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface Truncate extends OperationData {
  readonly kind: "truncate";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
}

export const truncate: OperationType<Truncate> = {
  kind: "truncate",
  changes: ["tables"],
  evaluates: false,
  effects(operation, before) {
    const tables = emptiedBy(operation, before);
    return effects(tables.flatMap((table) => lockTree(before, table, LOCKS.truncate)));
  },
  inverse(operation, before) {
    const emptied = emptiedBy(operation, before);
    const rows = undoRows(operation.statement, before, emptied, "its rows are gone with TRUNCATE");
    const { keep, restore } = restartedBy(operation, before);
    return { ...rows, statements: [...rows.statements, ...restore], keep: [...rows.keep, ...keep] };
  },
  requirements(operation) {
    return [needsTable(operation.table, operation.statement)];
  },
};

/** RESTART IDENTITY resets the sequences that the emptied tables own. */
export function restartedBy(operation: Truncate, before: CatalogIndex): KeptSequences {
  const tables = operation.restartIdentity ? emptiedBy(operation, before) : [];
  return keepOwnedSequences(operation.statement, before, tables, null);
}

/** With CASCADE also every table that points at it, directly or through others. */
export function emptiedBy(operation: Truncate, before: CatalogIndex): readonly TableRef[] {
  const found: TableRef[] = [resolveTable(operation.table, before)];
  if (!operation.cascade) return found;
  for (const each of found) {
    for (const { id } of before.referencedBy(each)) {
      const table = { schema: id.schema ?? "", name: id.table ?? "" };
      if (!found.some((known) => sameTable(known, table))) found.push(table);
    }
  }
  return found;
}
