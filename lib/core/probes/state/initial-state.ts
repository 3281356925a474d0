import type { ConstraintObject } from "../../catalog/catalog.js";
import { parentsOf } from "../../catalog/inheritance.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { childrenOf } from "../../catalog/tables.js";
import { type ConstraintSpec, operationsOfText } from "../../operations/index.js";
import { identifier, qualified } from "../../sql/quote.js";
import { recreateConstraint } from "../../undo/recreate.js";
import type { Rows } from "./rows.js";
import type { ColumnState, TableState } from "./table-state.js";

/** Every table as the tenant has it now. */
export function initialTables(before: CatalogIndex): readonly TableState[] {
  return before.catalog.objects.flatMap((object) =>
    (object.kind === "table" || object.kind === "materialized view") && object.id.schema !== undefined
      ? [initialTable(before, { schema: object.id.schema, name: object.id.name })]
      : [],
  );
}

/** One table as the tenant has it now. */
export function initialTable(before: CatalogIndex, name: TableRef): TableState {
  const sql = qualified(name.schema, name.name);
  const inherited = before.table(name)?.attributes.relkind !== "p" && childrenOf(before, name).length > 0;
  const rows: Rows = { from: sql, stages: [], reads: [sql] };
  return {
    name,
    origin: name,
    columns: before.columns(name).map(
      ({ id, attributes }): ColumnState => ({
        name: id.name,
        type: attributes.type,
        collation: attributes.collation,
        notNull: attributes.notNull,
        default: attributes.default,
        generated: attributes.generated !== "",
        numbered: attributes.identity !== "",
        origin: id.name,
        stood: id.name,
      }),
    ),
    key: keyOf(before, name),
    rows,
    ownRows: inherited ? { ...rows, from: `ONLY ${sql}` } : rows,
    uncertainties: [],
    indexes: before.indexes(name).map(({ id, attributes }) => ({
      name: id.name,
      columns: before
        .columns(name)
        .flatMap((column) => (isKey(attributes.keys, column.id.name) ? [column.id.name] : [])),
    })),
    pending: pendingConstraints(before, name),
    constraints: null,
    partitionKey: before.table(name)?.attributes.partitionKey ?? null,
    partitionOf: partitionOf(before, name),
    sameRows: true,
  };
}

function partitionOf(before: CatalogIndex, name: TableRef): TableState["partitionOf"] {
  const table = before.table(name);
  const bound = table?.attributes.partitionOf?.bound;
  const [parent] = table && bound !== undefined ? parentsOf({ ...name, table: name.name }, before) : [];
  return parent && bound !== undefined ? { parent, bound } : null;
}

function isKey(keys: readonly string[], column: string): boolean {
  return keys.includes(column) || keys.includes(identifier(column));
}

/** Constraints that hold only for new rows, read from the clause that the server prints. */
function pendingConstraints(before: CatalogIndex, table: TableRef): TableState["pending"] {
  return before
    .constraints(table)
    .filter(({ attributes }) => !attributes.validated && attributes.enforced)
    .flatMap((constraint) => specOf(constraint));
}

/** A catalog constraint as a statement would define it. Empty for a clause that is not understood. */
function specOf(constraint: ConstraintObject): readonly ConstraintSpec[] {
  const sql = recreateConstraint(constraint);
  const operations = operationsOfText({ index: 0, sql, source: { file: "catalog", line: 1, column: 1 } });
  return operations.flatMap((operation) => (operation.kind === "add-constraint" ? [operation.constraint] : []));
}

/** The primary key, otherwise the first unique constraint whose columns are all NOT NULL. */
function keyOf(before: CatalogIndex, table: TableRef): readonly string[] {
  const rank = { p: 0, u: 1 } as const;
  const keys = before
    .constraints(table)
    .filter(({ attributes }) => attributes.type === "p" || attributes.type === "u")
    .filter(({ attributes }) =>
      attributes.columns.every((column) => before.column(table, column)?.attributes.notNull === true),
    )
    .sort((a, b) => rank[a.attributes.type as "p" | "u"] - rank[b.attributes.type as "p" | "u"]);
  return keys[0]?.attributes.columns ?? [];
}
