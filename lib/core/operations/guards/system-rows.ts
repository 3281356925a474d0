import type { CatalogObject } from "../../catalog/catalog.js";
import type { CatalogIndex } from "../../catalog/lookup.js";

/** One row of a system view, as far as the catalog tells it. */
export type SystemRow = Readonly<Record<string, string | boolean>>;

const RELATION_KINDS: Readonly<Record<string, string>> = {
  view: "v",
  "materialized view": "m",
  sequence: "S",
  index: "i",
};

/**
 * The rows of a system catalog or of a view of `information_schema`, derived from a tenant's catalog. Null for one that we do not model. A column
 * that a row lacks is also unknown. `name` is without its schema.
 */
export function systemRows(name: string, index: CatalogIndex): readonly SystemRow[] | null {
  const make = VIEWS[name];
  if (!make) return null;
  return index.catalog.objects.map(make).filter((row) => row !== null);
}

type View = (object: CatalogObject) => SystemRow | null;

function named(kinds: readonly string[], row: (object: CatalogObject) => SystemRow): View {
  return (object) => (kinds.includes(object.kind) ? row(object) : null);
}

const own = ({ id }: CatalogObject) => id.schema ?? "";
const parent = ({ id }: CatalogObject) => id.table ?? "";
/** What `'schema.table'::regclass` means; both sides of a comparison are written this way. */
export const regclass = (schema: string, name: string) => JSON.stringify([schema, name]);

const VIEWS: Readonly<Record<string, View>> = {
  tables: named(["table", "view"], (object) => ({
    table_schema: own(object),
    table_name: object.id.name,
    table_type: object.kind === "view" ? "VIEW" : "BASE TABLE",
  })),
  columns: (object) =>
    object.kind === "column"
      ? {
          table_schema: own(object),
          table_name: parent(object),
          column_name: object.id.name,
          is_nullable: object.attributes.notNull ? "NO" : "YES",
          data_type: object.attributes.type.replace(/\(.*?\)/, ""),
        }
      : null,
  table_constraints: (object) =>
    object.kind === "constraint"
      ? {
          constraint_schema: own(object),
          table_schema: own(object),
          table_name: parent(object),
          constraint_name: object.id.name,
          constraint_type: CONSTRAINT_TYPES[object.attributes.type] ?? "",
        }
      : null,
  schemata: named(["schema"], (object) => ({ schema_name: object.id.name })),
  views: named(["view"], (object) => ({ table_schema: own(object), table_name: object.id.name })),
  sequences: named(["sequence"], (object) => ({ sequence_schema: own(object), sequence_name: object.id.name })),
  pg_tables: named(["table"], (object) => ({ schemaname: own(object), tablename: object.id.name })),
  pg_views: named(["view"], (object) => ({ schemaname: own(object), viewname: object.id.name })),
  pg_matviews: named(["materialized view"], (object) => ({ schemaname: own(object), matviewname: object.id.name })),
  pg_sequences: named(["sequence"], (object) => ({ schemaname: own(object), sequencename: object.id.name })),
  pg_indexes: named(["index"], (object) => ({
    schemaname: own(object),
    tablename: parent(object),
    indexname: object.id.name,
  })),
  pg_policies: named(["policy"], (object) => ({
    schemaname: own(object),
    tablename: parent(object),
    policyname: object.id.name,
  })),
  pg_type: (object) =>
    object.kind === "type" || object.kind === "domain" || object.kind === "table"
      ? {
          typname: object.id.name,
          ...(object.kind === "domain" ? { typtype: "d" } : object.kind === "table" ? { typtype: "c" } : {}),
        }
      : null,
  pg_class: (object) => {
    const relkind = object.kind === "table" ? object.attributes.relkind : RELATION_KINDS[object.kind];
    return relkind ? { relname: object.id.name, relkind, oid: regclass(own(object), object.id.name) } : null;
  },
  pg_constraint: (object) =>
    object.kind === "constraint"
      ? {
          conname: object.id.name,
          contype: object.attributes.type,
          convalidated: object.attributes.validated,
          conrelid: regclass(own(object), parent(object)),
        }
      : null,
  pg_attribute: (object) =>
    object.kind === "column"
      ? {
          attname: object.id.name,
          attnotnull: object.attributes.notNull,
          attisdropped: false,
          attrelid: regclass(own(object), parent(object)),
        }
      : null,
  pg_trigger: named(["trigger"], (object) => ({
    tgname: object.id.name,
    tgrelid: regclass(own(object), parent(object)),
    tgisinternal: false,
  })),
  pg_proc: named(["function"], (object) => ({ proname: object.id.name })),
  pg_namespace: named(["schema"], (object) => ({ nspname: object.id.name })),
  pg_extension: named(["extension"], (object) => ({ extname: object.id.name })),
};

const CONSTRAINT_TYPES: Readonly<Record<string, string>> = {
  p: "PRIMARY KEY",
  u: "UNIQUE",
  c: "CHECK",
  f: "FOREIGN KEY",
};
