import { identifier, literal, qualified } from "../../sql/quote.js";
import type { CatalogObject, IndexObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { storedRest } from "./alter-stored.js";
import { attributeStatements, roleName } from "./attributes.js";
import { createOperator } from "./create-operator.js";
import { addColumn, addConstraint, createTable, indexRest, onTable } from "./create-table.js";
import { createDomain, createType } from "./create-type.js";
import { alterSequence } from "./sequence.js";
import { tableName, targetOf } from "./target.js";

/** Statements that create an object as a catalog describes it; null when they cannot be derived from it. */
export function create(object: CatalogObject, catalog: CatalogIndex): string[] | null {
  if (object.kind === "table") return createWhole(object, createTable(object, catalog), catalog);
  if (object.kind === "column") return addColumn(object, catalog);
  if (object.kind === "constraint") return addConstraint(object, catalog);
  if (object.kind === "index") return createIndex(object, catalog, catalog.attachedTo(object.id));
  const made = bare(object);
  if (made === null) return null;
  const withAttributes = [...made, ...attributeStatements(object, catalog)];
  const isView = object.kind === "view" || object.kind === "materialized view";
  return isView ? createWhole(object, withAttributes, catalog) : withAttributes;
}

/** A table or view with everything attached to it. */
function createWhole(object: CatalogObject, made: string[] | null, catalog: CatalogIndex): string[] | null {
  if (made === null) return null;
  const parts = onTable(object, catalog).filter(
    (part) => !(part.kind === "index" && (part.attributes.constraint !== null || part.attributes.ofParent === true)),
  );
  const own = parts.filter(
    (part) =>
      part.kind !== "constraint" ||
      (part.attributes.type !== "n" && part.attributes.ofParent !== true && part.attributes.local !== false),
  );
  // Partitions that are created later bring their own indexes.
  const statements = own.map((part) =>
    part.kind === "index" ? createIndex(part, catalog, []) : create(part, catalog),
  );
  if (statements.some((each) => each === null)) return null;
  const rest = object.kind === "view" ? [] : storedRest(object, catalog);
  return [...made, ...statements.flatMap((each) => each ?? []), ...rest];
}

/** An index with the partitions' indexes that are attached to it. */
function createIndex(index: CatalogObject, catalog: CatalogIndex, attached: readonly IndexObject[]): string[] | null {
  if (index.definition === null) return null;
  const alone = attached.length === 0 && index.attributes.valid === true;
  const parts = attached.map((part) => createIndex(part, catalog, catalog.attachedTo(part.id)));
  if (parts.some((part) => part === null)) return null;
  return [
    alone ? index.definition.replace(" ON ONLY ", " ON ") : index.definition,
    ...indexRest(index),
    ...attributeStatements(index, catalog),
    ...parts.flatMap((part) => part ?? []),
  ];
}

function bare(object: CatalogObject): string[] | null {
  const { kind, id, attributes } = object;
  const name = qualified(id.schema, id.name);
  const target = targetOf(object);
  switch (kind) {
    case "schema":
      return [
        `CREATE SCHEMA ${name}`,
        // Every database comes with this comment, which is no part of a catalog.
        ...(id.name === "public" && attributes.comment === undefined
          ? [`COMMENT ON SCHEMA ${name} IS 'standard public schema'`]
          : []),
      ];
    case "extension":
      return [
        `CREATE EXTENSION ${name} WITH SCHEMA ${identifier(String(attributes.schema))} VERSION ${literal(String(attributes.version))}`,
      ];
    case "type":
      return createType(object);
    case "domain":
      return createDomain(object);
    case "sequence":
      // An identity column brings its own.
      return attributes.identity === true
        ? []
        : [`CREATE SEQUENCE ${name} AS ${attributes.type}`, ...alterSequence(object)];
    case "policy":
      return createPolicy(object);
    case "trigger":
      // What a partition has from its parent.
      if (typeof attributes.parentEnabled === "string") return setState(object, true);
      return object.definition === null ? null : [object.definition, ...setState(object)];
    case "rule":
      return object.definition === null ? null : [object.definition, ...setState(object)];
    case "event trigger":
      return [createEventTrigger(object), ...setState(object)];
    case "cast":
      return [createCast(object)];
    case "operator":
      return createOperator(object);
    case "function":
    case "view":
    case "materialized view":
    case "statistics": {
      const { definition } = object;
      if (definition === null || target === null) return null;
      return [object.unfilled ? `${definition}\nWITH NO DATA` : definition];
    }
    default:
      return null;
  }
}

/** Enables or disables triggers, rules and event triggers; a new one is enabled. */
export function setState(object: CatalogObject, always = false): string[] {
  const { enabled } = object.attributes;
  if (enabled === "O" && !always) return [];
  const words: Readonly<Record<string, string>> = {
    O: "ENABLE",
    D: "DISABLE",
    R: "ENABLE REPLICA",
    A: "ENABLE ALWAYS",
  };
  const verb = words[String(enabled)] ?? "ENABLE";
  const name = identifier(object.id.name);
  if (object.kind === "event trigger") return [`ALTER EVENT TRIGGER ${name} ${verb}`];
  return [`ALTER TABLE ${tableName(object)} ${verb} ${object.kind.toUpperCase()} ${name}`];
}

function createPolicy(object: CatalogObject): string[] {
  const { command, permissive, roles, using, check } = object.attributes;
  const to = (Array.isArray(roles) ? roles : []).map((role) => (role === "public" ? "PUBLIC" : roleName(String(role))));
  const parts = [
    `CREATE POLICY ${identifier(object.id.name)} ON ${tableName(object)}`,
    permissive === true ? "" : "AS RESTRICTIVE",
    `FOR ${command}`,
    `TO ${to.join(", ")}`,
    using === null ? "" : `USING (${using})`,
    check === null ? "" : `WITH CHECK (${check})`,
  ];
  return [parts.filter(Boolean).join(" ")];
}

function createEventTrigger(object: CatalogObject): string {
  const { event, tags, function: routine } = object.attributes;
  const list = Array.isArray(tags) ? tags.map((tag) => literal(String(tag))) : [];
  const when = list.length > 0 ? ` WHEN TAG IN (${list.join(", ")})` : "";
  return `CREATE EVENT TRIGGER ${identifier(object.id.name)} ON ${event}${when} EXECUTE FUNCTION ${routine}()`;
}

function createCast(object: CatalogObject): string {
  const { from, to, function: routine, context, method } = object.attributes;
  const how = method === "i" ? "WITH INOUT" : routine === null ? "WITHOUT FUNCTION" : `WITH FUNCTION ${routine}`;
  const when = context === "i" ? " AS IMPLICIT" : context === "a" ? " AS ASSIGNMENT" : "";
  return `CREATE CAST (${from} AS ${to}) ${how}${when}`;
}
