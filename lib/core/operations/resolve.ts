import { TENANT_SCHEMA } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { descendants } from "../catalog/tables.js";
import type { LockMode, TableLock } from "../postgres/lock-modes.js";
import type { QualifiedName } from "../sql/qualified-name.js";

/** The schema that an unqualified name belongs to when nothing of that name exists: the tenant's own, otherwise public. */
export function homeSchema(before: CatalogIndex): string {
  const perTenant = before.catalog.objects.some(({ kind, id }) =>
    kind === "schema" ? id.name === TENANT_SCHEMA : id.schema === TENANT_SCHEMA,
  );
  return perTenant ? TENANT_SCHEMA : "public";
}

/**
 * The table that a name means: along the tenant's search path (its own schema, then public), otherwise the only one of that name in any schema. A
 * table that does not exist yet is in the home schema.
 */
export function resolveTable(name: QualifiedName, before: CatalogIndex): TableRef {
  if (name.schema !== null) return { schema: name.schema, name: name.name };
  for (const schema of [TENANT_SCHEMA, "public"]) {
    if (hasRelation(before, { schema, name: name.name })) return { schema, name: name.name };
  }
  const elsewhere = before.catalog.objects.filter(({ kind, id }) => kind === "table" && id.name === name.name);
  const [only] = elsewhere;
  if (elsewhere.length === 1 && only?.id.schema !== undefined) return { schema: only.id.schema, name: name.name };
  return { schema: homeSchema(before), name: name.name };
}

function hasRelation(before: CatalogIndex, ref: TableRef): boolean {
  return (
    before.table(ref) !== undefined ||
    before.get("view", ref) !== undefined ||
    before.get("materialized view", ref) !== undefined
  );
}

/** One lock per table: on a table, its partitions and its children. */
export function lockTree(before: CatalogIndex, table: TableRef, mode: LockMode): TableLock[] {
  return [table, ...descendants(before, table)].map((each) => ({ table: each, mode }));
}
