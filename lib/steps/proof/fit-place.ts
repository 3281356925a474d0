import type { TableRef } from "../../core/catalog/lookup.js";
import type { Operation } from "../../core/operations/kinds/index.js";
import { operationsOfText } from "../../core/operations/segments.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import { isInBatches } from "../../core/undo/keep/in-batches.js";
import { switchesTriggers } from "../../core/undo/keep/without-triggers.js";

/**
 * Before which statement of a way back, from `first` on, values of these columns are changed that an earlier type refuses: before the first that
 * converts one of them or after which their names may differ. Until then the rows come back that the release had changed; changed before that, they
 * would count as written since, and what the release had overwritten would be lost.
 */
export function fitPlace(
  { statements, outside }: RollbackCandidate,
  first: number,
  table: TableRef,
  columns: ReadonlySet<string>,
): number {
  for (let at = first; at < statements.length; at++) {
    const sql = statements[at] ?? "";
    // What runs in a transaction of its own is another part of the way back.
    if (outside.includes(at) || isInBatches(sql)) return first;
    if (switchesTriggers(sql)) continue;
    const operations = operationsOfText({ index: at, sql, source: { file: "", line: 1, column: 1 } });
    if (operations.length === 0 || operations.some((each) => ends(each, table, columns))) return at;
  }
  return first;
}

function ends(operation: Operation, { name }: TableRef, columns: ReadonlySet<string>): boolean {
  switch (operation.kind) {
    case "opaque":
    case "rename-object":
    case "rename-table":
    case "set-schema":
      return true;
    case "alter-column-type":
    case "rename-column":
    case "set-not-null":
      return operation.table.name === name && columns.has(operation.column);
    default:
      return false;
  }
}
