import { identifier, qualified } from "../../sql/quote.js";
import type { CatalogObject, ColumnObject, ConstraintObject, TableObject } from "../catalog.js";
import type { CatalogIndex } from "../lookup.js";
import { ownerColumn } from "../names.js";
import { alterColumn, setOptions } from "./alter-column.js";
import { attributeStatements } from "./attributes.js";
import { list } from "./list.js";
import { alterSequence } from "./sequence.js";
import { tableName } from "./target.js";

/** A table with its columns and everything attached to it; null where a part cannot be written. */
export function createTable(table: TableObject, catalog: CatalogIndex): string[] | null {
  const { attributes, id } = table;
  const options = table.optionsAsSet ?? attributes.options;
  if (attributes.relkind === "f" || attributes.ofType !== null) return null;
  const ref = { schema: id.schema ?? "", name: id.name };
  const columns = catalog.columns(ref);
  const body = attributes.partitionOf
    ? ` PARTITION OF ${attributes.partitionOf.parent} ${attributes.partitionOf.bound}`
    : ` (${columns
        .filter((column) => column.attributes.local !== false)
        .map(columnClause)
        .join(", ")})`;
  const unlogged = attributes.persistence === "u" ? "UNLOGGED " : "";
  const tail = [
    attributes.inherits.length > 0 ? ` INHERITS (${attributes.inherits.join(", ")})` : "",
    attributes.partitionKey === null ? "" : ` PARTITION BY ${attributes.partitionKey}`,
    options.length > 0 ? ` WITH (${options.join(", ")})` : "",
  ];
  const security = [
    ...(attributes.rowSecurity ? [`ALTER TABLE ${tableName(table)} ENABLE ROW LEVEL SECURITY`] : []),
    ...(attributes.forceRowSecurity ? [`ALTER TABLE ${tableName(table)} FORCE ROW LEVEL SECURITY`] : []),
  ];
  const sequences = columns.map((column) => ownedSequences(column, catalog));
  return [
    ...sequences.flatMap(({ before }) => before),
    `CREATE ${unlogged}TABLE ${qualified(id.schema, id.name)}${body}${tail.join("")}`,
    ...columns.flatMap((column) => [...columnRest(column), ...attributeStatements(column, catalog)]),
    ...sequences.flatMap(({ after }) => after),
    ...security,
    ...attributeStatements(table, catalog),
  ];
}

/** What ADD COLUMN or CREATE TABLE cannot say. */
function columnRest(column: ColumnObject): string[] {
  const { compression, statistics, options } = column.attributes;
  const wanted = [
    ...(compression !== "" && compression !== undefined ? ["compression"] : []),
    ...(statistics !== null && statistics !== undefined ? ["statistics"] : []),
    ...(Array.isArray(options) && options.length > 0 ? ["options"] : []),
  ];
  return wanted.flatMap((attribute) => alterColumn(column, null, attribute) ?? []);
}

function columnClause(column: ColumnObject): string {
  return column.definition ?? `${identifier(column.id.name)} ${column.attributes.type}`;
}

export function addColumn(column: ColumnObject, catalog: CatalogIndex): string[] | null {
  if (column.attributes.local === false) return null;
  const { before, after } = ownedSequences(column, catalog);
  return [
    ...before,
    `ALTER TABLE ${tableName(column)} ADD COLUMN ${columnClause(column)}`,
    ...columnRest(column),
    ...attributeStatements(column, catalog),
    ...after,
  ];
}

/** A sequence that a column owns is created before it, because its default needs it, and tied to it afterwards. */
export function ownedSequences(column: ColumnObject, catalog: CatalogIndex) {
  const owned = catalog.all("sequence").filter((object) => {
    const owner = ownerColumn(object);
    return owner?.schema === column.id.schema && owner?.table === column.id.table && owner?.name === column.id.name;
  });
  const made = owned.filter((sequence) => sequence.attributes.identity !== true);
  return {
    before: made.map((each) => `CREATE SEQUENCE ${qualified(each.id.schema, each.id.name)} AS ${each.attributes.type}`),
    after: owned.flatMap((sequence) => [...alterSequence(sequence), ...attributeStatements(sequence, catalog)]),
  };
}

/** Null for what a partition or a child has from its parent. */
export function addConstraint(constraint: ConstraintObject, catalog: CatalogIndex): string[] | null {
  if (constraint.attributes.ofParent === true || constraint.attributes.local === false) return null;
  if (constraint.definition === null) return null;
  return [
    `ALTER TABLE ${tableName(constraint)} ADD CONSTRAINT ${identifier(constraint.id.name)} ${constraint.definition}`,
    ...indexRest(catalog.get("index", constraint.id)),
    ...attributeStatements(constraint, catalog),
  ];
}

/** Settings of an index that neither CREATE INDEX nor ADD CONSTRAINT can express. */
export function indexRest(index: CatalogObject | undefined): string[] {
  if (index === undefined) return [];
  const { attributes, id } = index;
  const name = qualified(id.schema, id.name);
  const options = attributes.constraint === null ? [] : list(attributes.options);
  return [
    ...setOptions([], options, (action) => [`ALTER INDEX ${name} ${action}`]),
    ...(typeof attributes.tablespace === "string"
      ? [`ALTER INDEX ${name} SET TABLESPACE ${identifier(attributes.tablespace)}`]
      : []),
    ...indexStatistics(index, null),
    ...(attributes.clustered === true ? [`ALTER TABLE ${tableName(index)} CLUSTER ON ${identifier(id.name)}`] : []),
    ...(typeof attributes.attachedTo === "string"
      ? [`ALTER INDEX ${attributes.attachedTo} ATTACH PARTITION ${name}`]
      : []),
  ];
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

/** What is attached to a table and created after it, in an order in which that is possible. */
export function onTable(table: CatalogObject, catalog: CatalogIndex): CatalogObject[] {
  const order = ["constraint", "index", "rule", "trigger", "policy"];
  return catalog.catalog.objects
    .filter((object) => object.id.schema === table.id.schema && object.id.table === table.id.name)
    .filter((object) => order.includes(object.kind))
    .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || rank(a) - rank(b));
}

function rank(object: CatalogObject): number {
  return object.kind === "constraint" ? "npuxcf".indexOf(object.attributes.type) : 0;
}
