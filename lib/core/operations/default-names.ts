import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { chosenName, type TakenNames } from "../postgres/chosen-names.js";
import type { ConstraintSpec, IndexKey } from "./shapes.js";

/** The name that the server chooses for an unnamed constraint, given the schema before. */
export function constraintName(constraint: ConstraintSpec, table: TableRef, before: CatalogIndex): string {
  return chosenName(constraint.type, table.name, namedColumns(constraint), takenIn(before, table.schema));
}

/** The same for a CHECK of a domain. */
export function domainConstraintName(domain: TableRef, before: CatalogIndex): string {
  return chosenName("check", domain.name, [], takenIn(before, domain.schema));
}

function namedColumns(constraint: ConstraintSpec): readonly (string | null)[] {
  switch (constraint.type) {
    case "not null":
      return [constraint.column];
    case "exclusion":
      return constraint.elements.map(({ name }) => name);
    case "unique":
    case "primary key":
      return [...constraint.columns, ...constraint.include];
    default:
      return constraint.columns;
  }
}

/** The same for an index. */
export function indexName(
  { keys, include }: { readonly keys: readonly IndexKey[]; readonly include: readonly IndexKey[] },
  table: TableRef,
  before: CatalogIndex,
): string {
  const columns = [...keys, ...include].map(({ name }) => name);
  return chosenName("index", table.name, columns, takenIn(before, table.schema));
}

const RELATIONS: ReadonlySet<CatalogObject["kind"]> = new Set([
  "table",
  "index",
  "sequence",
  "view",
  "materialized view",
]);

function takenIn({ catalog }: CatalogIndex, schema: string): TakenNames {
  const has = (name: string, fits: (object: CatalogObject) => boolean) =>
    catalog.objects.some((object) => object.id.name === name && object.id.schema === schema && fits(object));
  return {
    relation: (name) => has(name, ({ kind }) => RELATIONS.has(kind)),
    constraint: (name) =>
      has(name, ({ kind }) => kind === "constraint") || hasDomainConstraint(catalog.objects, schema, name),
  };
}

function hasDomainConstraint(objects: readonly CatalogObject[], schema: string, name: string): boolean {
  return objects.some(({ kind, id, attributes }) => {
    if (kind !== "domain" || id.schema !== schema) return false;
    const { constraints } = attributes;
    return Array.isArray(constraints) && constraints.some((each) => (each as { name?: unknown }).name === name);
  });
}
