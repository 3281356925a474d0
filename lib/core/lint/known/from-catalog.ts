import type { Node } from "libpg-query";
import type {
  Catalog,
  CatalogObject,
  ColumnObject,
  ConstraintObject,
  IndexObject,
  TableObject,
} from "../../catalog/catalog.js";
import { typeFromText } from "../../postgres/column-type.js";
import { volatilityFrom } from "../../postgres/functions.js";
import { isParsed, parseStatement } from "../../sql/parse.js";
import { identifier, qualified } from "../../sql/quote.js";
import { as } from "../../sql/tree.js";
import type { OutputColumn } from "./dependents.js";
import { partitionKeyFrom } from "./from-definition.js";
import { functionFrom } from "./functions.js";
import { relationKey } from "./key.js";
import type { Known } from "./known.js";
import { learnDependents } from "./learn-dependents.js";
import type { KnownConstraint, KnownTable, PartitionKey } from "./table.js";

const CONSTRAINT_TYPES: Readonly<Record<string, KnownConstraint["type"]>> = {
  p: "primary",
  u: "unique",
  c: "check",
  f: "foreign",
  x: "exclusion",
  n: "not null",
};

/** Fills in what is known from a live catalog. The parser must be loaded. */
export function learnCatalog(known: Known, catalog: Catalog): void {
  for (const object of catalog.objects) if (object.kind === "table") addTable(known, object);
  const columns = catalog.objects.filter((object) => object.kind === "column").sort((a, b) => a.position - b.position);
  const inOrder = [...columns, ...catalog.objects.filter(({ kind }) => kind !== "column")];
  for (const object of inOrder) addPart(known, object);
  const names = columnNames(columns);
  for (const object of catalog.objects) if (object.kind === "index") addIndex(known, names, object);
  for (const object of catalog.objects) {
    for (const definition of definitionsOf(object)) {
      const tree = treeOf(definition);
      if (tree) learnDependents(known, tree, null);
    }
  }
  addOutputs(known, columns);
  known.ownCasts ||= catalog.objects.some(({ kind }) => kind === "cast");
}

const DEFINED: ReadonlySet<string> = new Set(["view", "materialized view", "rule", "trigger"]);

const SQL_BODY = /\bBEGIN ATOMIC\b|^\s*RETURN\b/m;

/** The statements that create what may prevent a column from changing; none for everything else. */
function definitionsOf(object: CatalogObject): readonly string[] {
  if (DEFINED.has(object.kind)) return [object.definition ?? ""];
  if (object.kind === "function") return SQL_BODY.test(object.definition ?? "") ? [object.definition ?? ""] : [];
  if (object.kind === "publication") return publicationTexts(object);
  const table = qualified(object.id.schema, object.id.table ?? "");
  if (object.kind === "policy") {
    const { using, check } = object.attributes as { using?: string | null; check?: string | null };
    const clauses = `${using ? `USING (${using})` : ""} ${check ? `WITH CHECK (${check})` : ""}`;
    return [`CREATE POLICY ${identifier(object.id.name)} ON ${table} ${clauses}`];
  }
  if (object.kind !== "column" || !object.attributes.generationExpression) return [];
  const { generationExpression } = object.attributes;
  const column = `${identifier(object.id.name)} text GENERATED ALWAYS AS (${generationExpression}) STORED`;
  return [`ALTER TABLE ${table} ADD COLUMN ${column}`];
}

/** One per table, so that a form that is not read does not hide another. */
function publicationTexts(object: CatalogObject): readonly string[] {
  const { tables } = object.attributes as {
    readonly tables?: readonly { table: string; filter: string | null; columns: readonly string[] | null }[];
  };
  return (tables ?? []).map(({ table, filter, columns }) => {
    const listed = columns ? ` (${columns.map(identifier).join(", ")})` : "";
    const where = filter ? ` WHERE (${filter})` : "";
    return `CREATE PUBLICATION ${identifier(object.id.name)} FOR TABLE ${table}${listed}${where}`;
  });
}

function treeOf(definition: string): Node | undefined {
  const sql = definition.replace(/;\s*$/, "");
  if (sql === "") return undefined;
  const parsed = parseStatement({ index: 0, sql, source: { file: "", line: 1, column: 1 } });
  return isParsed(parsed) ? parsed.node : undefined;
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
    // A type gives its tables columns of its own.
    complete: object.attributes.ofType === null,
    columns: new Map(),
    constraints: [],
    partitionOf: partitionOf ? keyOfText(partitionOf.parent) : null,
    partitionKey: partitionKeyOf(object),
    parents: new Set([...(partitionOf ? [partitionOf.parent] : []), ...object.attributes.inherits].map(keyOfText)),
    partitions: new Map(),
    filled: false,
    inUse: false,
    rowSecurity,
    policies: 0,
  });
}

function addPart(known: Known, object: CatalogObject): void {
  const table = known.tables.get(relationKey(object.id.schema, object.id.table ?? object.id.name));
  if (object.kind === "type" || object.kind === "domain") addType(known, object);
  if (object.kind === "function") addFunction(known, object);
  if (table) addTablePart(known, table, object);
}

function addTablePart(known: Known, table: KnownTable, object: CatalogObject): void {
  if (object.kind === "table") linkPartition(known, table, object);
  if (object.kind === "column") {
    const { type, notNull, generated, identity } = object.attributes;
    const givenBy = generated !== "" ? "expression" : identity === "a" ? "sequence" : null;
    const { name } = object.id;
    table.columns.set(name, { name, type: typeFromText(type), notNull, givenBy, addedBy: null });
  }
  if (object.kind === "constraint") addConstraint(table, object);
  if (object.kind === "policy") table.policies += 1;
}

/** The key of a table from its quoted name. */
function keyOfText(text: string): string {
  const parts = text.replaceAll('"', "").split(".");
  return relationKey(parts.at(-2), parts.at(-1) ?? "");
}

function partitionKeyOf({ attributes: { partitionKey } }: TableObject): PartitionKey | null {
  if (partitionKey === null) return null;
  const create = as(treeOf(`CREATE TABLE t () PARTITION BY ${partitionKey}`), "CreateStmt");
  return partitionKeyFrom(create?.partspec);
}

function linkPartition(known: Known, table: KnownTable, object: TableObject): void {
  const of = object.attributes.partitionOf;
  if (!of) return;
  const parent = known.tables.get(keyOfText(of.parent));
  parent?.partitions.set(table.key, { isDefault: /^DEFAULT$/i.test(of.bound.trim()) });
}

function addConstraint(table: KnownTable, object: ConstraintObject): void {
  const { type, columns, validated, references, deferrable, deferred } = object.attributes;
  const known = CONSTRAINT_TYPES[type];
  if (!known) return;
  const column = type === "n" && !validated ? table.columns.get(columns[0] ?? "") : undefined;
  // The server says NOT NULL even for a column whose rows nobody checked.
  if (column) column.notNull = false;
  table.constraints.push({
    name: object.id.name,
    type: known,
    columns,
    validated,
    expression: known === "check" ? checkExpression(object.definition) : null,
    references: references ? relationKey(references.schema, references.table) : null,
    referenced: references?.columns ?? [],
    deferrable,
    deferred,
    addedBy: null,
  });
}

/** The tree of `CHECK (…)` as the server prints it, by itself or within its ALTER TABLE. */
function checkExpression(definition: string | null) {
  const clause = definition && /CHECK\s*\([\s\S]*\)/i.exec(definition)?.[0];
  if (!clause) return null;
  const command = as(as(treeOf(`ALTER TABLE t ADD ${clause}`), "AlterTableStmt")?.cmds?.[0], "AlterTableCmd");
  return as(command?.def, "Constraint")?.raw_expr ?? null;
}

/** Of tables and materialized views, by their keys. */
function columnNames(columns: readonly ColumnObject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>();
  for (const { id } of columns) {
    const key = relationKey(id.schema, id.table ?? "");
    names.set(key, (names.get(key) ?? new Set()).add(id.name));
  }
  return names;
}

function addIndex(known: Known, names: ReadonlyMap<string, ReadonlySet<string>>, object: IndexObject): void {
  const table = relationKey(object.id.schema, object.id.table ?? "");
  const { unique, method, keys, include, predicate, valid, constraint } = object.attributes;
  known.indexes.set(relationKey(object.id.schema, object.id.name), {
    name: object.id.name,
    table,
    unique,
    method,
    keys: keys.map((key) => (names.get(table)?.has(unquoted(key)) ? unquoted(key) : null)),
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

function addType(known: Known, object: CatalogObject): void {
  const key = relationKey(object.id.schema, object.id.name);
  if (object.kind === "domain") {
    const { base, notNull, constraints } = object.attributes as {
      base?: string;
      notNull?: boolean;
      constraints?: readonly { readonly name: string }[];
      default?: string | null;
    };
    const domain = {
      base: base === undefined ? null : typeFromText(base),
      notNull: notNull === true,
      checks: (constraints ?? []).map(({ name }) => name),
      hasDefault: object.attributes.default != null,
    };
    known.types.set(key, { key, kind: "domain", createdBy: null, domain });
    return;
  }
  const { form, columns } = object.attributes as {
    form?: string;
    columns?: readonly (readonly [string, string])[] | null;
  };
  const kind = form === "enum" || form === "composite" ? form : "other";
  const parts = (columns ?? []).map(([, type]) => typeFromText(type));
  known.types.set(key, { key, kind, createdBy: null, parts });
}

function addFunction(known: Known, object: CatalogObject): void {
  known.functions.set(object.id.name, volatilityFrom(/\b(IMMUTABLE|STABLE)\b/.exec(object.definition ?? "")?.[1]));
  const create = as(treeOf(object.definition ?? ""), "CreateFunctionStmt");
  if (!create) return;
  const overload = functionFrom(create, null);
  known.overloads.set(overload.key, overload);
}

/** A view's columns are catalog objects like a table's. */
function addOutputs(known: Known, columns: readonly ColumnObject[]): void {
  const outputs = new Map<string, OutputColumn[]>();
  for (const object of columns) {
    const key = relationKey(object.id.schema, object.id.table ?? "");
    const { name } = object.id;
    outputs.set(key, [...(outputs.get(key) ?? []), { name, type: typeFromText(object.attributes.type) }]);
  }
  for (const [key, found] of outputs) {
    for (const kind of ["view", "materialized view"] as const) {
      const view = known.dependents.get(kind, key);
      if (view) known.dependents.add({ ...view, outputs: found });
    }
  }
}
