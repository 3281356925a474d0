import { identifier, literal, qualified } from "../../sql/quote.js";
import type { CatalogObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import type { Privilege } from "../privileges.js";
import { alterColumn, list, setOptions } from "./alter-column.js";
import { alterTable } from "./alter-table.js";
import { create, setState } from "./create.js";
import { addLabels, alterDomain } from "./create-type.js";
import { commentOn, setOwner, setPrivileges } from "./dressing.js";
import { drop } from "./drop.js";
import { alterSequence } from "./sequence.js";
import { tableName } from "./target.js";

/** One attribute of an object that stands on both sides, as declared; null when only a person can decide. */
export function alter(
  declared: CatalogObject,
  actual: CatalogObject,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null {
  if (attribute === "comment") return commentOn(declared, textOf(declared.attributes.comment));
  // A sequence belongs to whoever owns the table of its column.
  if (attribute === "owner" && declared.kind === "sequence" && declared.attributes.ownedBy !== null) return [];
  if (attribute === "owner") return setOwner(declared, String(declared.attributes.owner));
  if (attribute === "privileges") return setPrivileges(declared, privilegesOf(actual), privilegesOf(declared));
  if (declared.kind === "column" && actual.kind === "column") return alterColumn(declared, actual, attribute);
  if (declared.kind === "table" && actual.kind === "table") return alterTable(declared, actual, attribute, catalog);
  return alterOther(declared, actual, attribute, catalog);
}

function alterOther(
  declared: CatalogObject,
  actual: CatalogObject,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null {
  const { kind, id, attributes } = declared;
  if (kind === "constraint" && attribute === "validated" && attributes.validated === true)
    return [`ALTER TABLE ${tableName(declared)} VALIDATE CONSTRAINT ${identifier(id.name)}`];
  if (kind === "index") return alterIndex(declared, actual, attribute, catalog);
  if (kind === "sequence") return attributes.identity === actual.attributes.identity ? alterSequence(declared) : [];
  if (kind === "type") return attribute === "labels" ? addLabels(declared, actual) : null;
  if (kind === "domain") return alterDomain(declared, actual, attribute);
  if (kind === "extension") return alterExtension(declared, attribute);
  if (kind === "function")
    return attribute === "definition" && declared.definition !== null
      ? [declared.definition]
      : remake(declared, actual, catalog);
  if (attribute === "enabled") return setState(declared, true);
  if (kind === "statistics" && attribute === "statistics")
    return [`ALTER STATISTICS ${qualified(id.schema, id.name)} SET STATISTICS ${attributes.statistics ?? -1}`];
  const anew = [
    "constraint",
    "view",
    "materialized view",
    "trigger",
    "rule",
    "policy",
    "statistics",
    "event trigger",
    "cast",
  ];
  return anew.includes(kind) && attribute !== "triggersDisabled" ? remake(declared, actual, catalog) : null;
}

function remake(declared: CatalogObject, actual: CatalogObject, catalog: CatalogIndex): string[] | null {
  const made = create(declared, catalog);
  const dropped = drop(actual);
  return made === null || dropped === null ? null : [...dropped, ...made];
}

function alterIndex(
  declared: CatalogObject,
  actual: CatalogObject,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null {
  const { id, attributes } = declared;
  const name = qualified(id.schema, id.name);
  if (attribute === "valid" || attribute === "ready")
    return attributes.valid === true ? [`REINDEX INDEX ${name}`] : null;
  if (attribute === "statistics") return indexStatistics(declared, actual);
  if (attribute === "clustered")
    return attributes.clustered === true
      ? [`ALTER TABLE ${tableName(declared)} CLUSTER ON ${identifier(id.name)}`]
      : [`ALTER TABLE ${tableName(declared)} SET WITHOUT CLUSTER`];
  if (attribute === "options")
    return setOptions(list(actual.attributes.options), list(attributes.options), (action) => [
      `ALTER INDEX ${name} ${action}`,
    ]);
  // The table says which index it is.
  if (attribute === "replicaIdentity") return [];
  return attributes.constraint === null ? remake(declared, actual, catalog) : null;
}

/** `column=target` for expression columns, by their number. */
export function indexStatistics(declared: CatalogObject, actual: CatalogObject | null): string[] {
  const targets = (object: CatalogObject | null) =>
    new Map(list(object?.attributes.statistics).map((pair) => pair.split("=") as [string, string]));
  const wanted = targets(declared);
  const numbers = new Set([...targets(actual).keys(), ...wanted.keys()]);
  return [...numbers].map(
    (number) =>
      `ALTER INDEX ${qualified(declared.id.schema, declared.id.name)} ALTER COLUMN ${number} SET STATISTICS ${wanted.get(number) ?? -1}`,
  );
}

function alterExtension(declared: CatalogObject, attribute: string): string[] | null {
  const name = identifier(declared.id.name);
  const { version, schema } = declared.attributes;
  if (attribute === "version") return [`ALTER EXTENSION ${name} UPDATE TO ${literal(String(version))}`];
  return attribute === "schema" ? [`ALTER EXTENSION ${name} SET SCHEMA ${identifier(String(schema))}`] : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function privilegesOf(object: CatalogObject): readonly Privilege[] | null {
  const { privileges } = object.attributes;
  return Array.isArray(privileges) ? (privileges as unknown as readonly Privilege[]) : null;
}
