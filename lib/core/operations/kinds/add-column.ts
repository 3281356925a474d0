import type { CatalogIndex } from "../../catalog/lookup.js";
import { LOCKS } from "../../postgres/locks.js";
import type { QualifiedName } from "../../sql/qualified-name.js";
import { identifier } from "../../sql/quote.js";
import { alterTable, exact } from "../../undo/inverses.js";
import { effects } from "../effects.js";
import type { OperationData, OperationType } from "../operation.js";
import { constraintRequirements } from "../requirements.js";
import { lockTree, resolveTable } from "../resolve.js";
import type { ColumnSpec } from "../shapes.js";
import { addedConstraintLocks, addedConstraintScans } from "./add-constraint.js";

export interface AddColumn extends OperationData {
  readonly kind: "add-column";
  readonly table: QualifiedName;
  readonly column: ColumnSpec;
  readonly ifNotExists: boolean;
}

export const addColumn: OperationType<AddColumn> = {
  kind: "add-column",
  changes: ["tables", "names"],
  evaluates: true,
  effects(operation, before) {
    const table = resolveTable(operation.table, before);
    const { constraints } = operation.column;
    const rewrites = rewritesHeap(operation, before) ? lockTree(before, table, LOCKS["alter table"]) : [];
    return effects(
      [
        ...lockTree(before, table, LOCKS["alter table"]),
        ...constraints.flatMap((constraint) => addedConstraintLocks(constraint, table, before)),
      ],
      {
        rewrites: rewrites.map((each) => each.table),
        scans: constraints.flatMap((constraint) => addedConstraintScans(constraint, table, before)),
      },
    );
  },
  inverse(operation, before) {
    const table = resolveTable(operation.table, before);
    if (operation.ifNotExists && before.column(table, operation.column.name)) return exact();
    return exact(alterTable(table, `DROP COLUMN ${identifier(operation.column.name)}`));
  },
  requirements(operation) {
    const { column } = operation;
    const place = {
      table: operation.table,
      column: column.name,
      source: operation.statement.source,
      kind: "column",
    } as const;
    const nothing = { type: null, nullable: null } as const;
    return [
      ...(operation.ifNotExists ? [] : [{ ...place, ...nothing, when: "before", present: false } as const]),
      {
        ...place,
        when: "after",
        type: column.type,
        nullable: !column.notNull,
        present: true,
        ...(column.serial || column.generated !== "" || column.identity !== "" ? {} : { default: column.default }),
      },
      ...column.constraints.flatMap((constraint) =>
        constraintRequirements(constraint, operation.table, operation.statement),
      ),
    ];
  },
};

/** A value that must be computed for each row, or checked by a domain, makes PostgreSQL rewrite every row. */
function rewritesHeap({ column }: AddColumn, before: CatalogIndex): boolean {
  if (column.generated === "v") return false;
  const domain = before.catalog.objects.some(({ kind, id }) => kind === "domain" && typeNames(column.type, id));
  return column.volatileDefault || column.serial || column.identity !== "" || column.generated === "s" || domain;
}

function typeNames(type: string, id: { readonly schema?: string; readonly name: string }): boolean {
  const plain = type.replaceAll('"', "");
  return plain === id.name || plain === `${id.schema ?? ""}.${id.name}`;
}
