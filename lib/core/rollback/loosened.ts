import type { Catalog, CatalogObject, ConstraintObject } from "../catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../catalog/lookup.js";
import { humanName } from "../catalog/names.js";

/** What held rows before and holds them no more: the way back makes it again, over rows that were written since. */
export interface Loosened {
  /** A table or a domain, for a person: `public.orders`. */
  readonly table: string;
  /** `NOT NULL of note`, `CHECK ((cents > 0))`. */
  readonly what: string;
}

/** Constraints and NOT NULL of tables that are in both catalogs under the same name, with the columns that they are over. */
export function loosenedBy(before: Catalog, after: Catalog): readonly Loosened[] {
  const [was, is] = [new CatalogIndex(before), new CatalogIndex(after)];
  const domains = was.all("domain").flatMap((domain) => loosenedDomain(domain, is));
  const tables = was.all("table").flatMap(({ id }) => {
    const table = { schema: id.schema ?? "", name: id.name };
    if (!is.table(table)) return [];
    return [...nullable(table, was, is), ...unconstrained(table, was, is)].map((what) => ({
      table: humanName(table),
      what,
    }));
  });
  return [...tables, ...domains];
}

function loosenedDomain({ id, attributes }: CatalogObject, is: CatalogIndex): readonly Loosened[] {
  const now = is.all("domain").find((other) => humanName(other.id) === humanName(id));
  if (!now) return [];
  const definitions = ({ constraints }: CatalogObject["attributes"]) =>
    (Array.isArray(constraints) ? constraints : []).flatMap((each) =>
      String((each as { definition?: unknown }).definition ?? ""),
    );
  const kept = definitions(now.attributes);
  const gone = definitions(attributes).filter((each) => !kept.includes(each) && !each.endsWith("NOT VALID"));
  const nullable = attributes.notNull === true && now.attributes.notNull !== true ? ["NOT NULL"] : [];
  return [...nullable, ...gone].map((what) => ({ table: humanName(id), what }));
}

function nullable(table: TableRef, was: CatalogIndex, is: CatalogIndex): readonly string[] {
  return was.columns(table).flatMap(({ id, attributes }) => {
    const isNow = is.column(table, id.name);
    return attributes.notNull && isNow && !isNow.attributes.notNull ? [`NOT NULL of ${id.name}`] : [];
  });
}

function unconstrained(table: TableRef, was: CatalogIndex, is: CatalogIndex): readonly string[] {
  const now = is.constraints(table);
  return was.constraints(table).flatMap((constraint) => {
    const { attributes, definition } = constraint;
    if (!/^[cupfx]$/.test(attributes.type) || !attributes.validated || !attributes.enforced) return [];
    if (!attributes.columns.every((column) => is.column(table, column))) return [];
    const stays =
      now.some((other) => isSame(constraint, other, table, was, is)) || isKeptByIndex(constraint, table, is);
    return stays ? [] : [definition ?? constraint.id.name];
  });
}

/** Another name of a column, table or type makes the server print the same constraint in other words. */
function isSame(
  a: ConstraintObject,
  b: ConstraintObject,
  table: TableRef,
  was: CatalogIndex,
  is: CatalogIndex,
): boolean {
  if (a.definition === b.definition) return true;
  if (a.id.name !== b.id.name || a.attributes.type !== b.attributes.type) return false;
  const typeIn = (index: CatalogIndex, column: string) => index.column(table, column)?.attributes.type;
  const isRetyped = a.attributes.columns.some((column) => typeIn(was, column) !== typeIn(is, column));
  return isRetyped || (a.attributes.type !== "c" && String(a.attributes.columns) === String(b.attributes.columns));
}

function isKeptByIndex(
  { attributes: { type, columns } }: ConstraintObject,
  table: TableRef,
  is: CatalogIndex,
): boolean {
  if (type !== "u" && type !== "p") return false;
  return is.indexes(table).some(({ attributes: { unique, valid, predicate, keys } }) => {
    const isAll = predicate === null && keys.length === columns.length;
    return unique && valid && isAll && keys.every((key) => columns.includes(key.replace(/^"(.*)"$/, "$1")));
  });
}
