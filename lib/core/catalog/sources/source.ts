import type { CatalogObject } from "../catalog.js";
import type { TableRef } from "../lookup.js";
import type { Fields } from "./fields.js";

/** What the text of a query depends on. */
export interface Scope {
  /** 13 to 19. */
  readonly major: number;
  /** Set when the tenant is one schema of a shared database. */
  readonly tenantSchema: string | null;
}

/** What rows need to know about the catalog that they are part of. */
export interface Assembly {
  add(object: CatalogObject): void;
  /** Sets an attribute of an object that another row described; false when there is no such object. */
  amend(kind: CatalogObject["kind"], id: CatalogObject["id"], attributes: Readonly<Record<string, Amendment>>): boolean;
  /** The same for the only object of a kind with this schema and name, whatever its table or signature. */
  amendNamed(
    kind: CatalogObject["kind"],
    id: CatalogObject["id"],
    attributes: Readonly<Record<string, Amendment>>,
  ): boolean;
  /** A table's column by its number; null when the table or the column is not in the catalog. */
  columnName(table: TableRef, number: string): ColumnName | null;
  number(table: TableRef, number: string, column: ColumnName): void;
  /** The index of this name carries the constraint of the same name; called before the indexes are read. */
  carry(table: TableRef, index: string): void;
  carries(table: TableRef, index: string): boolean;
  unseen(what: string): void;
  /** Sets the owner that roles are named after. */
  home(owner: string): void;
  /** The canonical name of a role: the owner of the database is `$owner`. */
  role(name: string): string;
}

/** How the census finds objects of a rare kind. The ids of system catalogs are the same on every server. */
export interface Rarity {
  /** Object ids of the system catalogs that hold it. */
  readonly catalogs: readonly number[];
  /** A new database has no row in any of them: as long as the catalog's file is empty, nobody created one. */
  readonly emptyAtFirst?: true;
  /**
   * A query for the catalog's id and the object's, or 0 for what no extension can own, both of type oid. Not needed for what
   * depends on its schema, which the census finds through `pg_depend`, nor for what is `emptyAtFirst`.
   */
  census?(scope: Scope): string | null;
}

export interface ColumnName {
  readonly name: string;
  /** As the server quotes it. */
  readonly quoted: string;
}

export type Amendment = CatalogObject["attributes"][string];

/** A select list by field name, and what follows it, in the SQL of one server version. */
export interface Selection<F extends string> {
  readonly fields: Readonly<Record<F, string>>;
  /** From the keyword FROM on. */
  readonly from: string;
}

/**
 * One system catalog's share of the canonical catalog: how it is read and what its rows mean, side by side.
 * The fields that identify a row come first: they decide the order of the rows.
 */
export interface Source {
  readonly tag: string;
  /** Set when most schemas have none of it: it is asked for only when the census finds some. */
  readonly rare?: Rarity;
  /** Null when the server's version or the scope has no such thing. */
  select(scope: Scope): Selection<string> | null;
  read(fields: Fields, assembly: Assembly, scope: Scope): void;
}

/** Ties the names that `read` may ask for to those that `select` returns. */
export function source<F extends string>(definition: {
  readonly tag: string;
  readonly rare?: Rarity;
  select(scope: Scope): Selection<F> | null;
  read(fields: Fields<F>, assembly: Assembly, scope: Scope): void;
}): Source {
  return definition as Source;
}

/** A field that only newer servers have. */
export function since(major: number, scope: Scope, expression: string, before: string): string {
  return scope.major >= major ? expression : before;
}

/** The name of an owner; the database's own owner (or the schema's, for a schema-tenant) is the placeholder `$owner`. */
export function ownerOf(column: string): string {
  return `case when ${column} = (select owner from home) then '$owner' else pg_get_userbyid(${column}) end`;
}

/** Objects of the schemas in scope. One schema among many is found through its dependents, so that the others are not read. */
export function inScope(scope: Scope, catalog: string, oid: string): string {
  if (scope.tenantSchema === null) return `${oid} >= 16384`;
  return `${oid} = any(array(select d.objid from pg_depend d, ns where d.refclassid = 'pg_namespace'::regclass
    and d.refobjid = ns.oid and d.classid = '${catalog}'::regclass))`;
}

/** The beginning of a condition: one schema's relations among many are looked up in an index; of a whole database all are read. */
export function onRelations(scope: Scope, column: string): string {
  return scope.tenantSchema === null ? "" : `${column} = any(array(select rel.oid from rel)) and`;
}

/** Leaves out what an extension brought. */
export function notMember(catalog: string, oid: string): string {
  return `${oid} not in (select member.objid from member where member.classid = '${catalog}'::regclass)`;
}

/** Built-in access methods by their fixed object ids, so that their names need no lookup. */
const ACCESS_METHODS: Readonly<Record<string, string>> = {
  "2": "heap",
  "403": "btree",
  "405": "hash",
  "783": "gist",
  "2742": "gin",
  "3580": "brin",
  "4000": "spgist",
};

/** The id of a built-in access method, the name of any other; `accessMethodName` reads both. */
export function accessMethod(column: string): string {
  return `case when ${column} < 16384 then ${column}::text else (select amname::text from pg_am where oid = ${column}) end`;
}

export function accessMethodName(idOrName: string): string {
  return ACCESS_METHODS[idOrName] ?? idOrName;
}

export function tablespace(column: string): string {
  return `case when ${column} <> 0 then (select spcname from pg_tablespace where oid = ${column}) end`;
}
