import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { QualifiedName } from "../contract/contract.js";
import { effects } from "./effects.js";
import { undoRows } from "./keep/undo-rows.js";
import type { OperationData, OperationType } from "./operation.js";
import { needsTable } from "./requirements.js";
import { lockTree, resolveTable, sameTable } from "./resolve.js";

export interface Truncate extends OperationData {
  readonly kind: "truncate";
  readonly table: QualifiedName;
  readonly cascade: boolean;
  readonly restartIdentity: boolean;
}

export const truncate: OperationType<Truncate> = {
  kind: "truncate",
  effects(operation, before) {
    const tables = emptiedBy(operation, before);
    return effects(tables.flatMap((table) => lockTree(before, table, "AccessExclusiveLock")));
  },
  inverse(operation, before) {
    return undoRows(operation.statement, before, emptiedBy(operation, before), "its rows are gone with TRUNCATE");
  },
  requirements(operation) {
    return [needsTable(operation.table, operation.statement)];
  },
};

/** With CASCADE also every table that points at it, at every distance. */
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
