import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { childrenOf, isThere, sameTable } from "../../catalog/tables.js";
import type { TableLock } from "../../postgres/lock-modes.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { exact, sqlName } from "../../undo/inverses.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { constraintRequirements, needsColumn } from "../requirements.js";
import { resolveTable } from "../resolve.js";
import type { ColumnSpec, ConstraintSpec } from "../shapes.js";
import { addedConstraintLocks } from "./add-constraint.js";

/** CREATE TABLE, also UNLOGGED, INHERITS, PARTITION BY and PARTITION OF. */
export interface CreateTable extends OperationData {
  readonly kind: "create-table";
  readonly table: QualifiedName;
  readonly columns: readonly ColumnSpec[];
  /** Table constraints, and those written next to a column except NOT NULL. */
  readonly constraints: readonly ConstraintSpec[];
  readonly like: readonly QualifiedName[];
  readonly inherits: readonly QualifiedName[];
  readonly partitionOf: { readonly parent: QualifiedName; readonly bound: string } | null;
  /** `RANGE (a, b)`, as `pg_get_partkeydef` prints it; null for a table without partitions. */
  readonly partitionKey: string | null;
  readonly persistence: "p" | "u" | "t";
  readonly ifNotExists: boolean;
}

export const createTable: OperationType<CreateTable> = {
  kind: "create-table",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const others = operation.constraints.flatMap((constraint) =>
      addedConstraintLocks(constraint, table, before).filter((each) => !sameTable(each.table, table)),
    );
    const { partitionOf } = operation;
    return effects([
      ...others,
      ...operation.like.map((name) => lock(resolveTable(name, before), LOCKS["create table, like"])),
      ...operation.inherits.map((name) => lock(resolveTable(name, before), LOCKS["inherit, parent"])),
      ...(partitionOf ? partitionLocks(resolveTable(partitionOf.parent, before), before) : []),
    ]);
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
    const { table, statement } = operation;
    const base = { kind: "table", table, source: statement.source } as const;
    // A parent may already have made the column NOT NULL.
    const otherwise = operation.inherits.length > 0 || operation.partitionOf ? null : true;
    return [
      ...(operation.ifNotExists ? [] : [{ ...base, when: "before", present: false } as const]),
      { ...base, when: "after", present: true },
      ...operation.columns.map((column) =>
        needsColumn(table, column.name, statement, {
          when: "after",
          type: column.type === "" ? null : column.type,
          nullable: column.notNull ? false : otherwise,
        }),
      ),
      ...operation.constraints.flatMap((constraint) => constraintRequirements(constraint, table, statement)),
    ];
  },
};

/** A new partition changes the default partition's bound, so that one is locked too. */
function partitionLocks(parent: TableRef, before: CatalogIndex): readonly TableLock[] {
  const byDefault = defaultPartition(parent, before);
  return [
    lock(parent, LOCKS["create table, partitioned parent"]),
    ...(byDefault ? [lock(byDefault, LOCKS["default partition"])] : []),
  ];
}

export function defaultPartition(parent: TableRef, before: CatalogIndex): TableRef | null {
  const found = childrenOf(before, parent).find(
    (child) => before.table(child)?.attributes.partitionOf?.bound === "DEFAULT",
  );
  return found ?? null;
}
