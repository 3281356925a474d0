import type { Catalog, ObjectId, ObjectKind } from "../../core/catalog/catalog.js";
import { CatalogIndex } from "../../core/catalog/lookup.js";
import type { Release } from "../../core/migration/release.js";
import { effectsOf, operationsOf } from "../../core/operations/index.js";
import { parseStatement } from "../../core/sql/parse.js";

/**
 * Whether the pending migrations touch an object: it is, or belongs to, a table that one of their statements locks.
 */
export function releaseDependence(
  release: Release,
  pending: readonly string[],
  before: Catalog,
): (kind: ObjectKind, id: ObjectId) => boolean {
  const index = new CatalogIndex(before);
  const statements = release.migrations
    .filter((migration) => pending.includes(migration.version))
    .flatMap((migration) => migration.up.statements);
  const tables = new Set<string>();
  for (const operation of statements.flatMap((statement) => operationsOf(parseStatement(statement)))) {
    for (const { table } of effectsOf(operation, index).locks) tables.add(keyOf(table.schema, table.name));
  }
  return (kind, id) => tables.has(keyOf(id.schema ?? "", kind === "table" ? id.name : (id.table ?? "")));
}

function keyOf(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}
