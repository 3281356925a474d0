import type { CatalogObject, ColumnObject, ConstraintObject, IndexObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { identifier } from "../sql/quote.js";
import { alterTable, sqlName } from "./inverses.js";
import { sequenceName } from "./keep/keep-sequences.js";
import { sequenceOptions, sequencesOf } from "./sequences-of.js";

/** Statements that create again what the catalog describes. Order: what others need comes first. */
export function recreateConstraint(constraint: ConstraintObject): string {
  const table = { schema: constraint.id.schema ?? "", name: constraint.id.table ?? "" };
  return alterTable(table, `ADD CONSTRAINT ${identifier(constraint.id.name)} ${constraint.definition ?? ""}`);
}

/** A constraint, primary keys and unique ones before the foreign keys that need them. */
export function recreateConstraints(constraints: readonly ConstraintObject[]): readonly string[] {
  const rank = (constraint: ConstraintObject) => "puxcnft".indexOf(constraint.attributes.type);
  return [...constraints].sort((a, b) => rank(a) - rank(b)).map(recreateConstraint);
}

/** ADD COLUMN with everything that its values do not have to satisfy yet; `finishColumn` adds the rest. */
export function addColumnAgain(column: ColumnObject): readonly string[] {
  const table = { schema: column.id.schema ?? "", name: column.id.table ?? "" };
  const { type, collation, generated, generationExpression } = column.attributes;
  const parts = [identifier(column.id.name), type];
  if (collation !== null) parts.push(`COLLATE ${collation}`);
  if (generationExpression !== null) {
    parts.push(`GENERATED ALWAYS AS (${generationExpression}) ${generated === "v" ? "VIRTUAL" : "STORED"}`);
  } else if (column.attributes.default !== null) {
    parts.push(`DEFAULT ${column.attributes.default}`);
  }
  return [alterTable(table, `ADD COLUMN ${parts.join(" ")}`)];
}

export function finishColumn(before: CatalogIndex, table: TableRef, column: ColumnObject): readonly string[] {
  const { notNull, identity } = column.attributes;
  return [
    ...(notNull ? [notNullAgain(before, table, column.id.name)] : []),
    ...(identity === "" ? [] : [identityAgain(before, table, column)]),
  ];
}

/** NOT NULL under the name it had: PostgreSQL 18 keeps it as a constraint of its own. */
export function notNullAgain(before: CatalogIndex, table: TableRef, column: string): string {
  const named = before
    .constraints(table)
    .find(({ attributes }) => attributes.type === "n" && attributes.columns.includes(column));
  return named ? recreateConstraint(named) : alterTable(table, `ALTER COLUMN ${identifier(column)} SET NOT NULL`);
}

/** With the sequence it had, by name and options. */
export function identityAgain(before: CatalogIndex, table: TableRef, column: ColumnObject): string {
  const word = column.attributes.identity === "a" ? "ALWAYS" : "BY DEFAULT";
  const [owned] = sequencesOf(before, table, column.id.name);
  const options = owned ? ` (SEQUENCE NAME ${sequenceName(owned.sequence)} ${sequenceOptions(owned.sequence)})` : "";
  return alterTable(table, `ALTER COLUMN ${identifier(column.id.name)} ADD GENERATED ${word} AS IDENTITY${options}`);
}

/** Constraints and indexes that go with a column: those that name it, and foreign keys that point at it. */
export interface Dependents {
  readonly constraints: readonly ConstraintObject[];
  readonly indexes: readonly IndexObject[];
}

export function dependentsOfColumn(before: CatalogIndex, table: TableRef, column: string): Dependents {
  const constraints = [
    ...before
      .constraints(table)
      .filter(({ attributes }) => attributes.type !== "n" && attributes.columns.includes(column)),
    ...before.referencedBy(table).filter(({ attributes }) => attributes.references?.columns.includes(column)),
  ];
  const indexes = before
    .indexes(table)
    .filter(({ attributes }) => attributes.constraint === null && mentions(attributes, column));
  return { constraints: [...new Set(constraints)], indexes };
}

function mentions(index: IndexObject["attributes"], column: string): boolean {
  const texts = [...index.keys, ...index.include, index.predicate ?? ""];
  const quoted = identifier(column);
  const word = new RegExp(`(?<![\\w$"])${column.replaceAll(/[^\w]/g, "\\$&")}(?![\\w$"])`);
  return texts.some((text) => text.includes(quoted) || word.test(text));
}

/** A whole table: itself, its constraints, its indexes, and the foreign keys of others that point at it. */
export function recreateTable(before: CatalogIndex, table: TableRef): readonly string[] {
  const found = before.table(table);
  if (!found) return [];
  const { persistence, partitionKey, partitionOf, inherits } = found.attributes;
  const options = found.optionsAsSet ?? found.attributes.options;
  const unlogged = persistence === "u" ? "UNLOGGED " : "";
  const own = before
    .columns(table)
    .filter(({ attributes }) => attributes.inherited !== true || attributes.local === true);
  const columns = own.map((column) => columnClause(before, table, column));
  const head = partitionOf
    ? `CREATE ${unlogged}TABLE ${sqlName(table)} PARTITION OF ${partitionOf.parent} ${partitionOf.bound}`
    : `CREATE ${unlogged}TABLE ${sqlName(table)} (${columns.join(", ")})`;
  const tail = [
    !partitionOf && inherits.length > 0 ? `INHERITS (${inherits.join(", ")})` : "",
    partitionKey === null ? "" : `PARTITION BY ${partitionKey}`,
    options.length > 0 ? `WITH (${options.join(", ")})` : "",
  ];
  return [[head, ...tail].filter(Boolean).join(" ")];
}

/** What is on a table and is created once its rows are back, including foreign keys of others that point at it. */
export function dependentsOn(
  before: CatalogIndex,
  table: TableRef,
): Dependents & { readonly others: readonly CatalogObject[] } {
  const isOn = ({ kind, id }: CatalogObject) =>
    id.schema === table.schema && id.table === table.name && ["rule", "trigger", "policy"].includes(kind);
  return {
    constraints: [...before.constraints(table), ...before.referencedBy(table)],
    indexes: before.indexes(table).filter(({ attributes }) => attributes.constraint === null),
    others: before.catalog.objects.filter(isOn),
  };
}

export function identitiesAgain(before: CatalogIndex, table: TableRef): readonly string[] {
  const identities = before.columns(table).filter(({ attributes }) => attributes.identity !== "");
  return identities.map((column) => identityAgain(before, table, column));
}

export function rowSecurityAgain(before: CatalogIndex, table: TableRef): readonly string[] {
  const was = before.table(table)?.attributes;
  return [
    ...(was?.rowSecurity ? [alterTable(table, "ENABLE ROW LEVEL SECURITY")] : []),
    ...(was?.forceRowSecurity ? [alterTable(table, "FORCE ROW LEVEL SECURITY")] : []),
  ];
}

/** NOT NULL comes with its column, and what a partition has from its parent comes with the parent. */
export function isOwn({ kind, attributes }: ConstraintObject | IndexObject): boolean {
  if (attributes.ofParent === true) return false;
  return kind === "index" || (attributes.type !== "n" && (attributes.local !== false || attributes.inherited !== true));
}

function columnClause(before: CatalogIndex, table: TableRef, column: ColumnObject): string {
  const { type, collation, notNull, generated, generationExpression } = column.attributes;
  const parts = [identifier(column.id.name), type];
  if (collation !== null) parts.push(`COLLATE ${collation}`);
  if (generationExpression !== null) {
    parts.push(`GENERATED ALWAYS AS (${generationExpression}) ${generated === "v" ? "VIRTUAL" : "STORED"}`);
  } else if (column.attributes.default !== null) parts.push(`DEFAULT ${column.attributes.default}`);
  const named = before
    .constraints(table)
    .find(({ attributes }) => attributes.type === "n" && attributes.columns.includes(column.id.name));
  if (notNull) parts.push(named ? `CONSTRAINT ${identifier(named.id.name)} NOT NULL` : "NOT NULL");
  return parts.join(" ");
}

/** An object of one name and kind; among functions the only one, or the one whose arguments read the same. */
export function findObject(
  before: CatalogIndex,
  kind: CatalogObject["kind"],
  name: { readonly schema: string | null; readonly name: string },
  signature: string | null,
): CatalogObject | undefined {
  const candidates = before.catalog.objects.filter(
    (object) =>
      object.kind === kind &&
      object.id.name === name.name &&
      (name.schema === null || object.id.schema === name.schema),
  );
  if (candidates.length === 1 || signature === null) return candidates.length === 1 ? candidates[0] : undefined;
  return candidates.find((object) => sameArguments(object.id.signature ?? "", signature));
}

/** The server prints argument names and full type names; the statement may use short ones. */
function sameArguments(full: string, written: string): boolean {
  const count = (text: string) => (text.trim() === "" ? 0 : text.split(",").length);
  const words = (text: string) =>
    text
      .toLowerCase()
      .replace(/\bint\b/g, "integer")
      .replace(/\bbool\b/g, "boolean");
  if (count(full) !== count(written)) return false;
  const fulls = words(full).split(",");
  return words(written)
    .split(",")
    .every((part, at) => fulls[at]?.trim().endsWith(part.trim().replace(/^pg_catalog\./, "")) ?? false);
}
