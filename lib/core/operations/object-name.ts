import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import { identifier, qualified } from "../sql/quote.js";
import { sqlName } from "../undo/inverses.js";
import { homeSchema } from "./resolve.js";
import type { OtherObjectKind } from "./shapes.js";

/** An object that is not a table, column, constraint or index, as a statement names it. */
export interface NamedObject {
  readonly objectKind: OtherObjectKind;
  readonly name: QualifiedName;
  /** The table of a trigger, rule or policy. */
  readonly table: TableRef | null;
  readonly signature: string | null;
}

/** Kinds that do not belong to a schema. */
const GLOBAL = new Set<OtherObjectKind>([
  "schema",
  "extension",
  "language",
  "publication",
  "subscription",
  "foreign data wrapper",
  "server",
  "event trigger",
  "role",
  "access method",
]);

/** Whether the objects of a kind belong to no schema. */
export function isGlobal(kind: OtherObjectKind): boolean {
  return GLOBAL.has(kind);
}

/** Kinds whose name alone does not tell which object is meant. */
const UNNAMED = new Set<OtherObjectKind>([
  "cast",
  "operator",
  "operator class",
  "operator family",
  "text search",
  "user mapping",
  "transform",
  "other",
]);

/** `FUNCTION "public"."f"(int)`, `TRIGGER "t" ON "public"."x"`; null where the name is not enough. */
export function objectSql(object: NamedObject, before: CatalogIndex): string | null {
  const { objectKind, name, table, signature } = object;
  if (objectKind === "operator" && signature !== null)
    return `OPERATOR ${identifier(name.schema ?? homeSchema(before))}.${name.name} (${signature})`;
  if (UNNAMED.has(objectKind)) return null;
  const word = objectKind.toUpperCase();
  if (table) return `${word} ${identifier(name.name)} ON ${sqlName(table)}`;
  if (isGlobal(objectKind)) return `${word} ${identifier(name.name)}`;
  const full = qualified(name.schema ?? homeSchema(before), name.name);
  if (objectKind === "aggregate") return `${word} ${full}(${signature === "" ? "*" : (signature ?? "*")})`;
  return signature === null ? `${word} ${full}` : `${word} ${full}(${signature})`;
}

export function dropStatement(object: NamedObject, before: CatalogIndex): readonly string[] {
  const sql = objectSql(object, before);
  return sql === null ? [] : [`DROP ${sql}`];
}

/** The catalog's kind for an object: it files procedures and aggregates under functions, foreign tables under tables. */
export function catalogKind(kind: OtherObjectKind): CatalogObject["kind"] {
  switch (kind) {
    case "procedure":
    case "aggregate":
      return "function";
    case "foreign table":
      return "table";
    case "role":
    case "database":
    case "tablespace":
    case "other":
      return "database setting";
    default:
      return kind;
  }
}
