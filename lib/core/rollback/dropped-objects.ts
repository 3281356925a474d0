import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";

/**
 * What went with a statement though no operation of it names it, by the schemas before and after: text that is put together at run
 * time, CASCADE from a type, a table or a schema. Indexes and constraints go with their columns and tables. What may only have got
 * another name is left out, for its rows are still there.
 */
export function droppedObjects(
  before: CatalogIndex,
  after: CatalogIndex,
  named: readonly CatalogObject[],
): readonly CatalogObject[] {
  const made = after.without(before);
  const gone = before.without(after);
  const isMoved = (object: CatalogObject) => made.some(maybe(object, before, after));
  const moved = gone.filter((each) => each.kind === "schema" && isMoved(each));
  const stays = (object: CatalogObject) =>
    object.id.table === undefined
      ? !moved.some(({ id }) => id.name === object.id.schema)
      : isThere(tableOf(object), after);
  return gone.filter(
    (object) =>
      KINDS.has(object.kind) &&
      !named.includes(object) &&
      !(object.kind === "sequence" && typeof object.attributes.ownedBy === "string") &&
      holdsOwnRows(object, before) &&
      stays(object) &&
      !isMoved(object),
  );
}

const KINDS: ReadonlySet<string> = new Set([
  "schema",
  "type",
  "domain",
  "table",
  "column",
  "function",
  "sequence",
  "view",
  "materialized view",
  "trigger",
  "rule",
  "policy",
]);

/** Whether an object may be this one under another name. */
function maybe(object: CatalogObject, before: CatalogIndex, after: CatalogIndex) {
  const content = contentOf(object, before);
  return (other: CatalogObject) =>
    other.kind === object.kind &&
    (object.kind === "table" || sameTable(tableOf(other), tableOf(object)) || object.id.table === undefined) &&
    contentOf(other, after) === content;
}

function contentOf(object: CatalogObject, index: CatalogIndex): string {
  if (NAMED_WITHIN.has(object.kind)) return "";
  if (object.kind === "column") return object.attributes.type;
  if (object.kind !== "table") return JSON.stringify(object.attributes);
  return JSON.stringify(index.columns(itself(object)).map(({ id, attributes }) => [id.name, attributes.type]));
}

/** What they are made of has their own name in it. */
const NAMED_WITHIN: ReadonlySet<string> = new Set(["schema", "trigger", "rule", "policy"]);

/** Not a foreign table, nor a column of one. */
function holdsOwnRows(object: CatalogObject, before: CatalogIndex): boolean {
  const table = object.kind === "table" ? object : object.kind === "column" ? before.table(tableOf(object)) : undefined;
  return table?.attributes.relkind !== "f";
}

/** A table or view on which something stands. */
function isThere(table: TableRef, after: CatalogIndex): boolean {
  return (["table", "view", "materialized view"] as const).some((kind) => after.get(kind, table) !== undefined);
}

function itself({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.name };
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
