import { identifier } from "../sql/quote.js";
import type { CatalogIndex, TableRef } from "./lookup.js";

export function sameTable(a: TableRef, b: TableRef): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** Children of a partitioned or inherited parent, at every depth. */
export function descendants(before: CatalogIndex, parent: TableRef): readonly TableRef[] {
  const found: TableRef[] = [];
  const queue: TableRef[] = [parent];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const child of childrenOf(before, next)) {
      if (found.some((known) => sameTable(known, child))) continue;
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

/** Direct partitions and children. */
export function childrenOf(before: CatalogIndex, parent: TableRef): TableRef[] {
  return before.catalog.objects.flatMap((object) => {
    if (object.kind !== "table") return [];
    const { partitionOf, inherits } = object.attributes;
    const parents = partitionOf ? [partitionOf.parent] : inherits;
    const isChild = parents.some((text) => names(text, parent));
    return isChild ? [{ schema: object.id.schema ?? "", name: object.id.name }] : [];
  });
}

/** Parents before their children, and what a column's type consists of before the column. */
export function inOrderOfCreation(before: CatalogIndex, tables: readonly TableRef[]): readonly TableRef[] {
  const needs = (table: TableRef): readonly TableRef[] => {
    const { partitionOf, inherits } = before.table(table)?.attributes ?? { partitionOf: null, inherits: [] };
    const types = before.columns(table).map(({ attributes }) => attributes.type.replace(/(\[\])+$/, ""));
    const texts = [...(partitionOf ? [partitionOf.parent] : inherits), ...types];
    return tables.filter((other) => !sameTable(other, table) && texts.some((text) => names(text, other)));
  };
  const ordered: TableRef[] = [];
  const place = (table: TableRef, waiting: readonly TableRef[]) => {
    if (ordered.includes(table) || waiting.includes(table)) return;
    for (const needed of needs(table)) place(needed, [...waiting, table]);
    ordered.push(table);
  };
  for (const table of tables) place(table, []);
  return ordered;
}

/** True when a relation's name as the server prints it (quoted where needed) means this table. */
export function names(text: string, table: TableRef): boolean {
  const plain = (part: string) => (/^[a-z_][a-z0-9_$]*$/.test(part) ? part : identifier(part));
  const schemas = [plain(table.schema), identifier(table.schema)];
  const tables = [plain(table.name), identifier(table.name)];
  return (
    schemas.some((schema) => tables.some((name) => text === `${schema}.${name}`)) ||
    tables.some((name) => text === name)
  );
}

/** Whether the table existed before the release; one that the release creates holds no rows and blocks nobody. */
export function isThere(before: CatalogIndex, table: TableRef): boolean {
  return before.table(table) !== undefined;
}
