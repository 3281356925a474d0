import { identifier, literal } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import type { Privilege } from "../privileges.js";
import { HOME_OWNER } from "./home-owner.js";
import { list } from "./list.js";
import { tableName, targetOf } from "./target.js";

/** Owner, comment and grants of an object that was just created: until then it belongs to whoever created it. */
export function attributeStatements(object: CatalogObject, catalog: CatalogIndex): string[] {
  const comment = object.attributes.comment;
  const privileges = object.attributes.privileges;
  const wanted = Array.isArray(privileges) ? (privileges as unknown as readonly Privilege[]) : null;
  const byDefault = grantedByDefault(object, catalog);
  const { owner, ownedBy } = object.attributes;
  const another = typeof owner === "string" && owner !== "$owner" && typeof ownedBy !== "string";
  return [
    ...(another ? (setOwner(object, owner) ?? []) : []),
    ...(typeof comment === "string" ? commentOn(object, comment) : []),
    ...(setExtensions(object, null) ?? []),
    ...(wanted !== null || byDefault !== null ? (setPrivileges(object, byDefault, wanted) ?? []) : []),
  ];
}

const DEFAULTS_OF: Partial<Record<CatalogObject["kind"], string>> = {
  table: "tables",
  view: "tables",
  "materialized view": "tables",
  sequence: "sequences",
  function: "functions",
  type: "types",
  domain: "types",
  schema: "schemas",
};

/** What ALTER DEFAULT PRIVILEGES gives to a new object; null when nothing. */
function grantedByDefault(object: CatalogObject, index: CatalogIndex): readonly Privilege[] | null {
  const granted = index.all("default privileges").flatMap(({ id, attributes }) => {
    if (id.name !== DEFAULTS_OF[object.kind]) return [];
    if (id.schema !== undefined && id.schema !== object.id.schema) return [];
    return Array.isArray(attributes.privileges) ? (attributes.privileges as unknown as readonly Privilege[]) : [];
  });
  return granted.length === 0 ? null : [...defaultsOf(object), ...granted];
}

/** DEPENDS ON EXTENSION, for what goes with an extension. */
export function setExtensions(declared: CatalogObject, actual: CatalogObject | null): string[] | null {
  const target = targetOf(declared);
  if (target === null) return null;
  const [is, should] = [actual, declared].map((each) => list(each?.attributes.dependsOnExtensions)) as [
    string[],
    string[],
  ];
  const alter = (words: string, extension: string) =>
    `ALTER ${target.keyword} ${target.name} ${words} ON EXTENSION ${identifier(extension)}`;
  return [
    ...is.filter((each) => !should.includes(each)).map((each) => alter("NO DEPENDS", each)),
    ...should.filter((each) => !is.includes(each)).map((each) => alter("DEPENDS", each)),
  ];
}

export function commentOn(object: CatalogObject, comment: string | null): string[] {
  const target = targetOf(object);
  return target
    ? [`COMMENT ON ${target.keyword} ${target.name} IS ${comment === null ? "NULL" : literal(comment)}`]
    : [];
}

const GRANTABLE: Partial<Record<CatalogObject["kind"], string>> = {
  table: "TABLE",
  view: "TABLE",
  "materialized view": "TABLE",
  sequence: "SEQUENCE",
  function: "ROUTINE",
  schema: "SCHEMA",
  type: "TYPE",
  domain: "TYPE",
  language: "LANGUAGE",
  server: "FOREIGN SERVER",
  "foreign data wrapper": "FOREIGN DATA WRAPPER",
};

/**
 * Revokes everything that is granted and grants what is declared; null where a role other than the owner granted something, which only that role can
 * repeat. A `null` list means the defaults.
 */
export function setPrivileges(
  object: CatalogObject,
  actual: readonly Privilege[] | null,
  declared: readonly Privilege[] | null,
): string[] | null {
  const on = grantTarget(object);
  if (on === null || [...(actual ?? []), ...(declared ?? [])].some((each) => each.grantor !== null)) return null;
  const isColumn = object.kind === "column";
  const wanted = declared ?? (isColumn ? [] : defaultsOf(object));
  const roles = new Set([...(actual ?? (isColumn ? [] : defaultsOf(object))), ...wanted].map((each) => each.role));
  const columns = isColumn ? ` (${identifier(object.id.name)})` : "";
  return [
    ...[...roles].map((role) => `REVOKE ALL${columns} ON ${on} FROM ${grantee(role)}`),
    ...wanted.flatMap((each) => grantsOf(each, on, columns)),
  ];
}

export function grantsOf(privilege: Privilege, on: string, columns: string): string[] {
  const list = (names: readonly string[]) => names.map((name) => `${name}${columns}`).join(", ");
  const plain = privilege.privileges.filter((name) => !privilege.grantable.includes(name));
  return [
    ...(plain.length > 0 ? [`GRANT ${list(plain)} ON ${on} TO ${grantee(privilege.role)}`] : []),
    ...(privilege.grantable.length > 0
      ? [`GRANT ${list(privilege.grantable)} ON ${on} TO ${grantee(privilege.role)} WITH GRANT OPTION`]
      : []),
  ];
}

function grantTarget(object: CatalogObject): string | null {
  if (object.kind === "column") return `TABLE ${tableName(object)}`;
  const keyword = GRANTABLE[object.kind];
  const target = targetOf(object);
  return keyword && target ? `${keyword} ${target.name}` : null;
}

/** Everything for the owner, and for PUBLIC where PostgreSQL grants that by default. */
function defaultsOf(object: CatalogObject): Privilege[] {
  const all = (role: string): Privilege => ({ role, privileges: ["ALL"], grantable: [], grantor: null });
  const open = ["function", "type", "domain", "language"].includes(object.kind);
  return [all(String(object.attributes.owner)), ...(open ? [all("PUBLIC")] : [])];
}

export function grantee(role: string): string {
  if (role === "PUBLIC") return "PUBLIC";
  return roleName(role === '"PUBLIC"' ? "PUBLIC" : role);
}

export function roleName(role: string): string {
  return role === "$owner" ? HOME_OWNER : identifier(role);
}

export function setOwner(object: CatalogObject, owner: string): string[] | null {
  const target = targetOf(object);
  return target ? [`ALTER ${target.keyword} ${target.name} OWNER TO ${roleName(owner)}`] : null;
}
