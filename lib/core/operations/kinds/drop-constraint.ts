import type { CatalogObject, ConstraintObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { NOTHING, notThere } from "../../undo/inverses.js";
import { restoreDropped } from "../../undo/restore-dropped.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface DropConstraint extends OperationData {
  readonly kind: "drop-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
  readonly cascade: boolean;
  readonly ifExists: boolean;
}

export const dropConstraint: OperationType<DropConstraint> = {
  kind: "drop-constraint",
  changes: ["tables", "names"],
  evaluates: false,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const constraint = find(operation, table, before);
    const references = constraint?.attributes.references;
    const others = references ? [{ schema: references.schema, name: references.table }] : [];
    const fallen = constraint && operation.cascade ? pointingAt(constraint, table, before) : [];
    return effects([
      ...lockTree(before, table, LOCKS["alter table"]),
      ...[...others, ...fallen.map(tableOf)].map((other) => lock(other, LOCKS["alter table"])),
    ]);
  },
  dropped,
  inverse(operation, before) {
    const constraints = dropped(operation, before);
    if (constraints.length === 0) return operation.ifExists ? NOTHING : notThere("constraint", operation.constraint);
    return restoreDropped(operation.statement, before, constraints);
  },
  requirements(operation, before) {
    const constraint = find(operation, resolveTable(operation.table, before), before);
    const type = constraint ? TYPES[constraint.attributes.type] : undefined;
    if (!constraint || !type) return [];
    const base = { kind: "constraint", table: operation.table, name: operation.constraint, type } as const;
    const { columns } = constraint.attributes;
    return [{ ...base, columns, when: "after", present: false, source: operation.statement.source }];
  },
};

const TYPES: Readonly<Record<string, "primary key" | "unique" | "check" | "exclusion">> = {
  p: "primary key",
  u: "unique",
  c: "check",
  x: "exclusion",
};

function dropped(operation: DropConstraint, before: CatalogIndex): readonly CatalogObject[] {
  const table = resolveTable(operation.table, before);
  const constraint = find(operation, table, before);
  if (!constraint) return [];
  return [constraint, ...(operation.cascade ? pointingAt(constraint, table, before) : [])];
}

function find(operation: DropConstraint, table: TableRef, before: CatalogIndex) {
  return before.constraints(table).find(({ id }) => id.name === operation.constraint);
}

/** Foreign keys that need the dropped key. */
function pointingAt(constraint: ConstraintObject, table: TableRef, before: CatalogIndex): readonly ConstraintObject[] {
  const key = [...constraint.attributes.columns].sort().join();
  if (constraint.attributes.type !== "p" && constraint.attributes.type !== "u") return [];
  return before
    .referencedBy(table)
    .filter(({ attributes }) => [...(attributes.references?.columns ?? [])].sort().join() === key);
}

function tableOf(constraint: ConstraintObject): TableRef {
  return { schema: constraint.id.schema ?? "", name: constraint.id.table ?? "" };
}
