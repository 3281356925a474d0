import { identifier, literal, qualified } from "../../sql/quote.js";
import type { CatalogObject, ColumnObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import type { Privilege } from "../privileges.js";
import { alterColumn, setOptions } from "./alter-column.js";
import { alterStored } from "./alter-stored.js";
import { alterTable } from "./alter-table.js";
import { commentOn, setExtensions, setOwner, setPrivileges } from "./attributes.js";
import { create, setState } from "./create.js";
import { alterOperator } from "./create-operator.js";
import { indexStatistics, ownedSequences } from "./create-table.js";
import { addLabels, alterDomain } from "./create-type.js";
import { drop } from "./drop.js";
import { list } from "./list.js";
import { alterSequence } from "./sequence.js";
import { tableName } from "./target.js";

/** Repairs one attribute of an object that exists on both sides; null when only a person can decide. */
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
  if (attribute === "dependsOnExtensions") return setExtensions(declared, actual);
  if (attribute === "privileges") return setPrivileges(declared, privilegesOf(actual), privilegesOf(declared));
  if (declared.kind === "column" && actual.kind === "column")
    return alterAnyColumn(declared, actual, attribute, catalog);
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
  if (kind === "sequence") return alterAnySequence(declared, actual, attribute);
  if (kind === "type") return attribute === "labels" ? addLabels(declared, actual) : null;
  if (kind === "domain") return alterDomain(declared, actual, attribute);
  if (kind === "extension") return alterExtension(declared, actual, attribute);
  if (kind === "function")
    return attribute === "definition" && declared.definition !== null
      ? [declared.definition]
      : remake(declared, actual, catalog);
  if (kind === "subscription") return null;
  if (attribute === "enabled") return setState(declared, true);
  if (kind === "materialized view") {
    const stored = alterStored(declared, actual, attribute, catalog);
    if (stored !== undefined) return stored;
  }
  if (kind === "operator" && (attribute === "restrict" || attribute === "join"))
    return alterOperator(declared, attribute);
  if (kind === "view" && attribute === "options") return alterView(declared, actual);
  if (kind === "statistics" && attribute === "statistics")
    return [`ALTER STATISTICS ${qualified(id.schema, id.name)} SET STATISTICS ${attributes.statistics ?? -1}`];
  const recreated = [
    "constraint",
    "view",
    "materialized view",
    "trigger",
    "rule",
    "policy",
    "statistics",
    "event trigger",
    "cast",
    "operator",
  ];
  return recreated.includes(kind) && attribute !== "triggersDisabled" ? remake(declared, actual, catalog) : null;
}

function alterView(declared: CatalogObject, actual: CatalogObject): string[] {
  const [was, is] = [list(actual.attributes.options), list(declared.attributes.options)];
  return setOptions(was, is, (action) => [`ALTER VIEW ${tableName(declared)} ${action}`]);
}

/** What a view's column has from the view's query, and an inherited column from its parent. */
const TYPE: readonly string[] = ["type", "collation"];

/** An identity has a sequence with parameters of its own. */
function alterAnyColumn(
  declared: ColumnObject,
  actual: ColumnObject,
  attribute: string,
  catalog: CatalogIndex,
): string[] | null {
  const { schema, table } = declared.id;
  const relation = { ...(schema === undefined ? {} : { schema }), name: table ?? "" };
  const view = catalog.get("view", relation) ?? catalog.get("materialized view", relation);
  if (view && TYPE.includes(attribute)) return remake(view, view, catalog);
  // It follows its parent.
  if (declared.attributes.local === false && TYPE.includes(attribute)) return [];
  const altered = alterColumn(declared, actual, attribute);
  return attribute === "identity" && altered !== null ? [...altered, ...afterIdentity(declared, catalog)] : altered;
}

function afterIdentity(column: ColumnObject, catalog: CatalogIndex): string[] {
  return column.attributes.identity === "" ? [] : ownedSequences(column, catalog).after;
}

/** Since 15 a sequence may be unlogged. */
function alterAnySequence(declared: CatalogObject, actual: CatalogObject, attribute: string): string[] {
  const { identity, persistence } = declared.attributes;
  if (attribute === "persistence")
    return [`ALTER SEQUENCE ${tableName(declared)} SET ${persistence === "u" ? "UNLOGGED" : "LOGGED"}`];
  return identity === actual.attributes.identity ? alterSequence(declared) : [];
}

function remake(declared: CatalogObject, actual: CatalogObject, catalog: CatalogIndex): string[] | null {
  const made = create(declared, catalog);
  const dropped = drop(actual, true);
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
    return attributes.valid === true && attributes.ready === true ? [`REINDEX INDEX ${name}`] : null;
  if (attribute === "tablespace")
    return [`ALTER INDEX ${name} SET TABLESPACE ${identifier(String(attributes.tablespace ?? "pg_default"))}`];
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
  const attaches = actual.attributes.attachedTo === null && typeof attributes.attachedTo === "string";
  if (attribute === "attachedTo")
    return attaches ? [`ALTER INDEX ${attributes.attachedTo} ATTACH PARTITION ${name}`] : null;
  if (attribute === "ofParent") return attaches ? [] : null;
  // What the constraint determines about its index is repaired with the constraint.
  if (attributes.constraint !== null && attributes.constraint === actual.attributes.constraint) return [];
  return attributes.constraint === null ? remake(declared, actual, catalog) : null;
}

/** Extensions only have scripts from older to newer versions. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}

function alterExtension(declared: CatalogObject, actual: CatalogObject, attribute: string): string[] | null {
  const name = identifier(declared.id.name);
  const { version, schema } = declared.attributes;
  if (attribute === "version" && isOlder(String(version), String(actual.attributes.version))) return null;
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
