import type { CatalogObject, ConstraintObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { descendants, sameTable } from "../../catalog/tables.js";
import { identifier } from "../../sql/quote.js";
import { domainConstraints } from "../domain-constraints.js";
import { alterTable } from "../inverses.js";
import { recreateConstraint } from "../recreate.js";

/**
 * Statements that write rows of these tables, run without the constraints that are NOT VALID at that point: rows from before may violate them, and
 * would be refused.
 */
export function withoutUnvalidated(
  before: CatalogIndex,
  tables: readonly TableRef[],
  statements: readonly string[],
): readonly string[] {
  if (statements.length === 0) return [];
  const constraints = before.catalog.objects.filter(
    (object): object is ConstraintObject =>
      object.kind === "constraint" && mayRefuse(object) && bindsAny(object, before, tables),
  );
  const checks = before.catalog.objects
    .filter((object) => object.kind === "domain" && tables.some((table) => uses(table, object, before)))
    .flatMap((domain) => domainConstraints(domain).filter(({ validated }) => !validated));
  return [
    ...constraints.map((each) => alterTable(tableOf(each), `DROP CONSTRAINT ${identifier(each.id.name)}`)),
    ...checks.map(({ drop }) => drop),
    ...statements,
    ...checks.map(({ add }) => add),
    ...constraints.map(recreateConstraint),
  ];
}

function mayRefuse({ attributes }: ConstraintObject): boolean {
  const { validated, enforced, ofParent, local, inherited } = attributes;
  return !validated && enforced && ofParent !== true && (local !== false || inherited !== true);
}

/** A table's constraint binds its partitions and children too. */
function bindsAny(constraint: ConstraintObject, before: CatalogIndex, tables: readonly TableRef[]): boolean {
  const own = tableOf(constraint);
  const bound = [own, ...descendants(before, own)];
  return tables.some((table) => bound.some((each) => sameTable(each, table)));
}

function uses(table: TableRef, domain: CatalogObject, before: CatalogIndex): boolean {
  return before.columns(table).some(({ attributes }) => isOver(attributes.type, domain, before));
}

/** Whether a type is this domain, an array of it, or a domain over it. */
function isOver(type: string, domain: CatalogObject, before: CatalogIndex): boolean {
  const plain = type.replace(/(\[\])+$/, "").replaceAll('"', "");
  const named = before.all("domain").find(({ id }) => plain === `${id.schema ?? ""}.${id.name}` || plain === id.name);
  return named === domain || (named !== undefined && isOver(String(named.attributes.base), domain, before));
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
