import { isThere } from "../../catalog/tables.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, sqlName } from "../../undo/inverses.js";
import { effects, readLocks } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { resolveTable } from "../resolve.js";

/** CREATE TABLE … AS, SELECT … INTO. */
export interface CreateTableAs extends OperationData {
  readonly kind: "create-table-as";
  readonly table: QualifiedName;
  /** Tables that the query reads. */
  readonly reads: readonly QualifiedName[];
  readonly withData: boolean;
  readonly persistence: "p" | "u" | "t";
  readonly ifNotExists: boolean;
}

export const createTableAs: OperationType<CreateTableAs> = {
  kind: "create-table-as",
  changes: ["tables", "names"],
  evaluates: true,
  effects(operation, before) {
    const locks = readLocks(operation.reads, before);
    return effects(locks, { scans: operation.withData ? locks.map((each) => each.table) : [] });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    // A temporary table disappears with its session.
    if (operation.persistence === "t" || (operation.ifNotExists && isThere(before, table))) return exact();
    return exact(`DROP TABLE ${sqlName(table)}`);
  },
  requirements(operation) {
    // No catalog shows it, before or after.
    if (operation.persistence === "t") return [];
    const base = { kind: "table", table: operation.table, source: operation.statement.source } as const;
    return [{ ...base, when: "after", present: true }];
  },
};
