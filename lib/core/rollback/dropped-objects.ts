import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";

/**
 * What went with a statement although none of its operations names it, by the schemas before and after: SQL assembled at run time, CASCADE from a
 * type, a table or a schema. Indexes and constraints go with their columns and tables. What may only have been renamed is left out, because its rows
 * are still there.
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

/** Their definition contains their own name. */
const NAMED_WITHIN: ReadonlySet<string> = new Set(["schema", "trigger", "rule", "policy"]);

/** Neither a foreign table nor a column of one. */
function holdsOwnRows(object: CatalogObject, before: CatalogIndex): boolean {
  const table = object.kind === "table" ? object : object.kind === "column" ? before.table(tableOf(object)) : undefined;
  return table?.attributes.relkind !== "f";
}

/** Whether the table or view that something is on still exists. */
function isThere(table: TableRef, after: CatalogIndex): boolean {
  return (["table", "view", "materialized view"] as const).some((kind) => after.get(kind, table) !== undefined);
}

function itself({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.name };
}

function tableOf({ id }: CatalogObject): TableRef {
  return { schema: id.schema ?? "", name: id.table ?? "" };
}
