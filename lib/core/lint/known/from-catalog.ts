import type { Catalog, CatalogObject, ConstraintObject, IndexObject, TableObject } from "../../catalog/catalog.js";
import { typeFromText } from "../../postgres/column-type.js";
import { volatilityFrom } from "../../postgres/functions.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import { as } from "../../sql/tree.js";
import { relationKey } from "./key.js";
import type { Known } from "./known.js";
import { viewOf } from "./learn.js";
import type { KnownConstraint, KnownTable } from "./table.js";

const CONSTRAINT_TYPES: Readonly<Record<string, KnownConstraint["type"]>> = {
  p: "primary",
  u: "unique",
  c: "check",
  f: "foreign",
  x: "exclusion",
  n: "not null",
};

/** Fills what is known with a live catalog. The parser must be loaded. */
export function learnCatalog(known: Known, catalog: Catalog): void {
  for (const object of catalog.objects) if (object.kind === "table") addTable(known, object);
  for (const object of catalog.objects) addPart(known, object);
}

function addTable(known: Known, object: TableObject): void {
  const key = relationKey(object.id.schema, object.id.name);
  const { relkind, partitionOf, rowSecurity } = object.attributes;
  known.tables.set(key, {
    key,
    origin: "catalog",
    createdBy: null,
    kind: relkind === "p" ? "partitioned" : relkind === "f" ? "foreign" : "table",
    temporary: false,
    complete: true,
    columns: new Map(),
    constraints: [],
    partitionOf: partitionOf?.parent ?? null,
    partitions: new Map(),
    filled: false,
    inUse: false,
    rowSecurity,
    policies: 0,
  });
}

function addPart(known: Known, object: CatalogObject): void {
  const table = known.tables.get(relationKey(object.id.schema, object.id.table ?? object.id.name));
  if (object.kind === "view" || object.kind === "materialized view") addView(known, object);
  if (object.kind === "type" || object.kind === "domain") addType(known, object);
  if (object.kind === "function") addFunction(known, object);
  if (table) addTablePart(known, table, object);
}

function addTablePart(known: Known, table: KnownTable, object: CatalogObject): void {
  if (object.kind === "table") linkPartition(known, table, object);
  if (object.kind === "column") {
    const { type, notNull } = object.attributes;
    table.columns.set(object.id.name, { name: object.id.name, type: typeFromText(type), notNull, addedBy: null });
  }
  if (object.kind === "constraint") addConstraint(table, object);
  if (object.kind === "index") addIndex(known, table, object);
  if (object.kind === "policy") table.policies += 1;
}

function linkPartition(known: Known, table: KnownTable, object: TableObject): void {
  const of = object.attributes.partitionOf;
  if (!of) return;
  const parts = of.parent.replaceAll('"', "").split(".");
  const parent = known.tables.get(relationKey(parts.at(-2), parts.at(-1) ?? ""));
  parent?.partitions.set(table.key, { isDefault: /^DEFAULT$/i.test(of.bound.trim()) });
}

function addConstraint(table: KnownTable, object: ConstraintObject): void {
  const { type, columns, validated, references } = object.attributes;
  const known = CONSTRAINT_TYPES[type];
  if (!known) return;
  table.constraints.push({
    name: object.id.name,
    type: known,
    columns,
    validated,
    expression: known === "check" ? checkExpression(object.definition) : null,
    references: references ? relationKey(references.schema, references.table) : null,
    addedBy: null,
  });
}

/** The tree of `CHECK (…)` as the server prints it, alone or within its ALTER TABLE. */
function checkExpression(definition: string | null) {
  const clause = definition && /CHECK\s*\([\s\S]*\)/i.exec(definition)?.[0];
  if (!clause) return null;
  const parsed = parseStatement({
    index: 0,
    sql: `ALTER TABLE t ADD ${clause}`,
    source: { file: "", line: 1, column: 1 },
  });
  if (!isParsed(parsed)) return null;
  const command = as(as(parsed.node, "AlterTableStmt")?.cmds?.[0], "AlterTableCmd");
  return as(command?.def, "Constraint")?.raw_expr ?? null;
}

function addIndex(known: Known, table: KnownTable, object: IndexObject): void {
  const { unique, method, keys, include, predicate, valid, constraint } = object.attributes;
  known.indexes.set(relationKey(object.id.schema, object.id.name), {
    name: object.id.name,
    table: table.key,
    unique,
    method,
    keys: keys.map((key) => (table.columns.has(unquoted(key)) ? unquoted(key) : null)),
    include,
    partial: predicate !== null,
    valid,
    constraint,
    addedBy: null,
  });
}

function unquoted(key: string): string {
  return /^".*"$/.test(key) ? key.slice(1, -1).replaceAll('""', '"') : key;
}

function addView(known: Known, object: CatalogObject): void {
  const sql = object.definition?.replace(/;\s*$/, "");
  if (!sql) return;
  const parsed = parseStatement({ index: 0, sql, source: { file: "", line: 1, column: 1 } });
  if (!isParsed(parsed)) return;
  const key = relationKey(object.id.schema, object.id.name);
  const materialized = object.kind === "materialized view";
  known.views.set(key, viewOf(key, parsed.node, materialized, null));
}

function addType(known: Known, object: CatalogObject): void {
  const key = relationKey(object.id.schema, object.id.name);
  const isEnum = /\bAS ENUM\b/i.test(object.definition ?? "");
  known.types.set(key, { key, kind: object.kind === "domain" ? "domain" : isEnum ? "enum" : "other", createdBy: null });
}

function addFunction(known: Known, object: CatalogObject): void {
  known.functions.set(object.id.name, volatilityFrom(/\b(IMMUTABLE|STABLE)\b/.exec(object.definition ?? "")?.[1]));
}
