import { type CatalogObject, type ObjectId, type ObjectKind, TENANT_SCHEMA } from "./catalog.js";

/** An object's name as a person would write it: `app.users.quota_limit`, `app.total(integer)`. For reading, not for SQL. */
export function humanName(id: ObjectId): string {
  const parts = [id.schema, id.table, id.name].filter((part) => part !== undefined);
  // The tenant's schema itself has no other name.
  const path = parts.filter((part) => part !== TENANT_SCHEMA).join(".") || parts.join(".");
  return id.signature === undefined ? path : `${path}(${id.signature})`;
}

/** Constraints, indexes, triggers and the like belong to a table that is part of their identity. */
export function tableOf(kind: ObjectKind, id: ObjectId): { readonly schema: string; readonly name: string } | null {
  if (id.schema === undefined) return null;
  if (id.table !== undefined) return { schema: id.schema, name: id.table };
  return kind === "table" || kind === "view" || kind === "materialized view"
    ? { schema: id.schema, name: id.name }
    : null;
}

const PART = `(?:"(?:[^"]|"")+"|[^".]+)`;
const COLUMN = new RegExp(`^(${PART})\\.(${PART})\\.(${PART})$`, "s");

/** The column that owns a sequence. */
export function ownerColumn(sequence: CatalogObject): ObjectId | null {
  const match = COLUMN.exec(String(sequence.attributes.ownedBy ?? ""));
  if (!match) return null;
  const plain = (part = "") => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part);
  return { schema: plain(match[1]), table: plain(match[2]), name: plain(match[3]) };
}
