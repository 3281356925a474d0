import type { CatalogObject } from "../catalog.js";
import type { Fields } from "./fields.js";

/** What the text of a query depends on. */
export interface Scope {
  /** 13 to 18. */
  readonly major: number;
  /** Set when the tenant is one schema of a shared database. */
  readonly tenantSchema: string | null;
}

/** What rows need to know of the catalog that they are part of. */
export interface Assembly {
  add(object: CatalogObject): void;
  /** Puts an attribute on an object that another row described; false when there is no such object. */
  amend(kind: CatalogObject["kind"], id: CatalogObject["id"], attributes: Readonly<Record<string, Amendment>>): boolean;
  unseen(what: string): void;
  /** The owner by whom roles are named. */
  home(owner: string): void;
  /** The canonical name of a role: the owner of the database is `$owner`. */
  role(name: string): string;
}

export type Amendment = CatalogObject["attributes"][string];

/** A select list by field name, and what follows it, in one SQL dialect per server version. */
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
  /** Null when the server's version or the scope has no such thing. */
  select(scope: Scope): Selection<string> | null;
  read(fields: Fields, assembly: Assembly, scope: Scope): void;
}

/** Ties the names that `read` may ask for to those that `select` delivers. */
export function source<F extends string>(definition: {
  readonly tag: string;
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

/** Leaves out what an extension brought. */
export function notMember(catalog: string, oid: string): string {
  return `not exists (select from member where member.classid = '${catalog}'::regclass and member.objid = ${oid})`;
}
