import type { CatalogObject, ColumnObject, ConstraintObject } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import { alterTable } from "../undo/inverses.js";
import { isOwn } from "../undo/recreate.js";
import type { Created } from "./created.js";

/**
 * Constraints that the migration added together with its own tables and columns. They would go with those, at the very end, but they bind the rows
 * that are restored before that: rows of the tables themselves, and of those that their foreign keys point at.
 */
export function isOfCreated(constraint: ConstraintObject, created: Created, index: CatalogIndex): boolean {
  const { type, columns, references } = constraint.attributes;
  const table = tableOf(constraint);
  const concerns = (each: TableRef, names: readonly string[]) => {
    const made = created.columnsOf(each, index);
    return names.some((name) => made.includes(name));
  };
  if (type === "n") return false;
  if (created.hasTable(table)) return type === "f";
  if (concerns(table, columns)) return true;
  if (references === null) return false;
  const parent = { schema: references.schema, name: references.table };
  return created.hasTable(parent) || concerns(parent, references.columns);
}

/** Takes off these constraints: foreign keys first, since keys that they point at may be among the rest. */
export function releaseFirst(created: Created, after: CatalogIndex): readonly string[] {
  const constraints = after.catalog.objects.filter(
    (object): object is ConstraintObject =>
      object.kind === "constraint" && isOwn(object) && isOfCreated(object, created, after),
  );
  const isForeign = ({ attributes }: ConstraintObject) => attributes.type === "f";
  const drop = (each: ConstraintObject) => alterTable(tableOf(each), `DROP CONSTRAINT ${identifier(each.id.name)}`);
  return [
    ...constraints.filter(isForeign).map(drop),
    ...constraints.filter((each) => !isForeign(each)).map(drop),
    ...columnsOf(created, after).flatMap((column) => relax(column, after)),
  ];
}

/** The schema without what `releaseFirst` takes off, so that no statement's way back adds it again. */
export function released(index: CatalogIndex, created: Created): CatalogIndex {
  const columns = new Set<CatalogObject>(columnsOf(created, index));
  const objects = index.catalog.objects.flatMap((object): CatalogObject[] => {
    if (object.kind === "constraint" && isOfCreated(object, created, index)) return [];
    if (object.kind !== "column" || !columns.has(object)) return [object];
    return [{ ...object, attributes: { ...object.attributes, notNull: false } }];
  });
  return new CatalogIndex({ ...index.catalog, objects });
}

/** The schema without the migration's columns in earlier tables: their values go with them, and may have changed. */
export function withoutCreatedColumns(
  index: CatalogIndex,
  created: Created,
  tables: readonly TableRef[],
): CatalogIndex {
  const gone = new Set<CatalogObject>(
    tables.flatMap((table) => {
      const names = created.columnsOf(table, index);
      const columns = index.columns(table).filter(({ id }) => names.includes(id.name));
      return columns.length === index.columns(table).length ? [] : columns;
    }),
  );
  if (gone.size === 0) return index;
  return new CatalogIndex({ ...index.catalog, objects: index.catalog.objects.filter((object) => !gone.has(object)) });
}

function columnsOf(created: Created, after: CatalogIndex): readonly ColumnObject[] {
  return after.catalog.objects.flatMap((object) => {
    if (object.kind !== "table") return [];
    const table = { schema: object.id.schema ?? "", name: object.id.name };
    const names = created.columnsOf(table, after);
    return after.columns(table).filter(({ id, attributes }) => names.includes(id.name) && !attributes.inherited);
  });
}

/** Restored rows have no value in the column. Under a unique index no two of them may have the same default. */
function relax(column: ColumnObject, after: CatalogIndex): readonly string[] {
  const { notNull, identity, default: byDefault } = column.attributes;
  if (identity !== "") return [];
  const name = identifier(column.id.name);
  const table = tableOf(column);
  const isUnique = after
    .indexes(table)
    .some(({ attributes }) => attributes.unique && attributes.keys.some((key) => [name, column.id.name].includes(key)));
  return [
    ...(notNull ? [alterTable(table, `ALTER COLUMN ${name} DROP NOT NULL`)] : []),
    ...(byDefault !== null && isUnique ? [alterTable(table, `ALTER COLUMN ${name} DROP DEFAULT`)] : []),
  ];
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
