import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { descendants } from "../../catalog/tables.js";
import type { TableLock } from "../../postgres/lock-modes.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { constraintName } from "../default-names.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { constraintRequirements, needsTable } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";
import type { ConstraintSpec } from "../shapes.js";

export interface AddConstraint extends OperationData {
  readonly kind: "add-constraint";
  readonly table: QualifiedName;
  readonly constraint: ConstraintSpec;
}

export const addConstraint: OperationType<AddConstraint> = {
  kind: "add-constraint",
  changes: ["tables", "names"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    return effects(addedConstraintLocks(operation.constraint, table, before), {
      scans: addedConstraintScans(operation.constraint, table, before),
    });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const { constraint } = operation;
    if (constraint.type === "not null") {
      return exact(alterTable(table, `ALTER COLUMN ${identifier(constraint.column)} DROP NOT NULL`));
    }
    if ((constraint.type === "unique" || constraint.type === "primary key") && constraint.usingIndex !== null) {
      return undoUsingIndex(constraint.name ?? constraint.usingIndex, constraint.usingIndex, table, before);
    }
    const name = constraint.name ?? constraintName(constraint, table, before);
    const drop = alterTable(table, `DROP CONSTRAINT ${identifier(name)}`);
    return constraint.type === "primary key"
      ? exact(drop, ...nullableAgain(constraint.columns, table, before))
      : exact(drop);
  },
  requirements(operation) {
    return [
      needsTable(operation.table, operation.statement),
      ...constraintRequirements(operation.constraint, operation.table, operation.statement),
    ];
  },
};

/** A primary key makes its columns NOT NULL, and dropping it leaves them so. */
function nullableAgain(columns: readonly string[], table: TableRef, before: CatalogIndex): string[] {
  return columns
    .filter((name) => before.column(table, name)?.attributes.notNull === false)
    .map((name) => alterTable(table, `ALTER COLUMN ${identifier(name)} DROP NOT NULL`));
}

/** The index goes with the constraint and is built again under its old name. */
function undoUsingIndex(name: string, index: string, table: TableRef, before: CatalogIndex) {
  const was = before.indexes(table).find(({ id }) => id.name === index);
  if (!was?.definition) return notThere("index", index);
  const columns = was.attributes.keys.map((key) => key.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'));
  return exact(
    alterTable(table, `DROP CONSTRAINT ${identifier(name)}`),
    was.definition,
    ...nullableAgain(columns, table, before),
  );
}

/** A foreign key blocks writes on both tables, everything else blocks reads too. */
export function addedConstraintLocks(
  constraint: ConstraintSpec,
  table: TableRef,
  before: CatalogIndex,
): readonly TableLock[] {
  if (constraint.type !== "foreign key") return lockTree(before, table, LOCKS["alter table"]);
  const referenced = resolveTable(constraint.references, before);
  return [...lockTree(before, table, LOCKS["add foreign key"]), lock(referenced, LOCKS["add foreign key, referenced"])];
}

export function addedConstraintScans(
  constraint: ConstraintSpec,
  table: TableRef,
  before: CatalogIndex,
): readonly TableRef[] {
  const tree = [table, ...descendants(before, table)];
  switch (constraint.type) {
    case "check":
    case "not null":
      return constraint.validated && constraint.enforced ? tree : [];
    case "foreign key":
      return constraint.validated && constraint.enforced ? [...tree, resolveTable(constraint.references, before)] : [];
    case "unique":
    case "primary key": {
      const index = constraint.usingIndex;
      if (index === null) return tree;
      return constraint.type === "primary key" && hasNullableKey(table, index, before) ? tree : [];
    }
    case "exclusion":
      return tree;
  }
}

/** A primary key created from an index over nullable columns hides a SET NOT NULL. */
function hasNullableKey(table: TableRef, index: string, before: CatalogIndex): boolean {
  const keys = before.indexes(table).find(({ id }) => id.name === index)?.attributes.keys ?? [];
  return before.columns(table).some(({ id, attributes }) => !attributes.notNull && keys.includes(id.name));
}
