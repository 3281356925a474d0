import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { descendants } from "../../catalog/tables.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact, notThere } from "../../undo/inverses.js";
import { recreateConstraint } from "../../undo/recreate.js";
import { effects, lock } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { lockTree, resolveTable } from "../resolve.js";

export interface ValidateConstraint extends OperationData {
  readonly kind: "validate-constraint";
  readonly table: QualifiedName;
  readonly constraint: string;
}

export const validateConstraint: OperationType<ValidateConstraint> = {
  kind: "validate-constraint",
  changes: [],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const constraint = find(operation, table, before);
    const references = constraint?.attributes.references;
    const referenced = references
      ? [lock({ schema: references.schema, name: references.table }, LOCKS["validate constraint, referenced"])]
      : [];
    const done = constraint?.attributes.validated === true;
    return effects([...lockTree(before, table, LOCKS["validate constraint"]), ...referenced], {
      scans: done ? [] : [table, ...descendants(before, table)],
    });
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    const constraint = find(operation, table, before);
    if (!constraint) return notThere("constraint", operation.constraint);
    if (constraint.attributes.validated) return exact();
    return exact(
      alterTable(table, `DROP CONSTRAINT ${identifier(operation.constraint)}`),
      recreateConstraint(constraint),
    );
  },
  requirements() {
    return [];
  },
};

function find(operation: ValidateConstraint, table: TableRef, before: CatalogIndex) {
  return before.constraints(table).find(({ id }) => id.name === operation.constraint);
}
