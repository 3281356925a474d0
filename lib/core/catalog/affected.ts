import type { Json } from "../json.js";
import type { Catalog, CatalogObject } from "./catalog.js";
import { compareCatalogs } from "./compare.js";
import { CatalogIndex, type TableRef } from "./lookup.js";
import { tableOf } from "./names.js";

/**
 * Tables and views that a schema change touches, or that may depend on what it touches, by their names after the change. Dependents are found by
 * mention, so there may be more than really depend: a name in a body, a policy, a generated column, a rule or a view.
 */
export function affectedRelations(before: Catalog, after: Catalog, written: readonly TableRef[]): readonly TableRef[] {
  const changes = compareCatalogs(after, before).differences;
  const names = new Set(written.map(({ name }) => name));
  for (const { kind, id } of changes) {
    names.add(tableOf(kind, id)?.name ?? id.name);
    names.add(id.name);
  }
  const all = changes.some(({ kind }) => EVERYWHERE.has(kind));
  const relations = after.objects.filter(isWritable);
  const mentioned = closure(names, after);
  const index = new CatalogIndex(after);
  return relations
    .map(({ id }): TableRef => ({ schema: id.schema ?? "", name: id.name }))
    .filter((table) => {
      const near = [...index.constraints(table), ...index.referencedBy(table)].flatMap(({ id, attributes }) => [
        id.table ?? "",
        attributes.references?.table ?? "",
      ]);
      return all || mentioned.has(table.name) || near.some((name) => names.has(name));
    });
}

/** A change to one of these may concern any table. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  "publication",
  "event trigger",
  "schema",
  "extension",
  "cast",
  "operator",
]);

function isWritable(object: CatalogObject): boolean {
  if (object.kind === "table") return object.attributes.relkind !== "f";
  return object.kind === "view";
}

/** Names that mention one of these, directly or through others. */
function closure(names: ReadonlySet<string>, { objects }: Catalog): ReadonlySet<string> {
  const found = new Set(names);
  const texts = objects.flatMap((object) => {
    const name = tableOf(object.kind, object.id)?.name ?? object.id.name;
    return MENTIONS.has(object.kind) ? [{ name, words: wordsOf(object) }] : [];
  });
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { name, words } of texts) if (!found.has(name) && words.some((word) => found.has(word))) found.add(name);
  }
  return found;
}

const MENTIONS: ReadonlySet<string> = new Set([
  ...["function", "view", "materialized view", "trigger", "rule", "policy", "column", "constraint", "index"],
]);

/** Every name that occurs in the object's texts, quoted or not. */
function wordsOf({ definition, attributes }: CatalogObject): readonly string[] {
  const texts = [definition ?? "", ...textsOf(attributes as Json)];
  return texts.flatMap((text) => [
    ...(text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []),
    ...[...text.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = ""]) => name.replaceAll('""', '"')),
  ]);
}

function textsOf(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(textsOf) : [];
}
