import type { RangeVar } from "libpg-query";
import { TENANT_SCHEMA } from "../../catalog/catalog.js";

/**
 * The key of a relation. Without a search path the text does not tell `users` from `public.users`, and an unqualified name means a tenant's own
 * schema; the three count as one.
 */
export function relationKey(schema: string | null | undefined, name: string): string {
  return !schema || schema === "public" || schema === TENANT_SCHEMA ? name : `${schema}.${name}`;
}

export function rangeKey(relation: RangeVar): string {
  return relationKey(relation.schemaname, relation.relname ?? "");
}

/** The key from a list of name parts: `["app", "users"]`. */
export function partsKey(parts: readonly string[]): string {
  return relationKey(parts.at(-2), parts.at(-1) ?? "");
}

/** Schema of a key; null where it may be any of the three. */
export function schemaIn(key: string): string | null {
  return key.includes(".") ? (key.split(".")[0] ?? null) : null;
}

export function nameIn(key: string): string {
  return key.split(".").at(-1) ?? key;
}
