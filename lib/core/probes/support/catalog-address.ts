import type { TableRef } from "../../catalog/lookup.js";
import { humanName } from "../../catalog/names.js";
import type { DropObject, Operation } from "../../operations/index.js";
import { homeSchema } from "../../operations/resolve.js";
import { literal, qualified } from "../../sql/quote.js";
import type { ReleaseState } from "../state/release-state.js";

/** One object in the server's own catalogs. */
export interface CatalogAddress {
  readonly kind: string;
  /** For a person. */
  readonly name: string;
  /** SQL list: the catalog that holds it, its object id or NULL, and a column's number or 0 (manual, pg_depend). */
  readonly sql: string;
}

/** What an operation drops, as the tenant has it now; null for an operation that drops nothing, or nothing that exists. */
export function addressDropped(operation: Operation, before: ReleaseState): CatalogAddress | null {
  switch (operation.kind) {
    case "drop-table":
      return ofTable(before.table(operation.table)?.origin);
    case "drop-column": {
      const table = before.table(operation.table);
      return columnAddress(table?.origin, table?.columns.find(({ name }) => name === operation.column)?.stood);
    }
    case "drop-constraint": {
      const table = before.table(operation.table)?.origin;
      return table ? onTable("constraint", table, operation.constraint) : null;
    }
    case "drop-index":
      return relation("index", {
        schema: operation.index.schema ?? homeSchema(before.catalog),
        name: operation.index.name,
      });
    case "drop-object":
      return ofObject(operation, before);
    default:
      return null;
  }
}

function ofTable(table: TableRef | null | undefined): CatalogAddress | null {
  return table ? relation("table", table) : null;
}

export function columnAddress(
  table: TableRef | null | undefined,
  column: string | null | undefined,
): CatalogAddress | null {
  if (!table || column == null) return null;
  const number = `(SELECT attnum::int FROM pg_catalog.pg_attribute WHERE attrelid = ${regclass(table)} AND attname = ${literal(column)})`;
  return { kind: "column", name: `${humanName(table)}.${column}`, sql: address("pg_class", regclass(table), number) };
}

/** The default of a column. */
export function defaultAddress(table: TableRef, column: string): CatalogAddress {
  const object = `(SELECT f.oid FROM pg_catalog.pg_attrdef AS f JOIN pg_catalog.pg_attribute AS a ON a.attrelid = f.adrelid AND a.attnum = f.adnum WHERE f.adrelid = ${regclass(table)} AND a.attname = ${literal(column)})`;
  return { kind: "default", name: `${humanName(table)}.${column}`, sql: address("pg_attrdef", object) };
}

function ofObject(operation: DropObject, before: ReleaseState): CatalogAddress | null {
  const { objectKind, name, table, signature } = operation;
  if (table !== null) {
    const origin = before.table(table)?.origin ?? {
      schema: table.schema ?? homeSchema(before.catalog),
      name: table.name,
    };
    return onTable(objectKind, origin, name.name);
  }
  const stood = before.objectBefore({ schema: name.schema ?? homeSchema(before.catalog), name: name.name });
  return stood && objectAddress(objectKind, stood, signature);
}

/** An object that is not on a table. Null for a kind whose dependents we do not look for. */
export function objectAddress(kind: string, ref: TableRef, signature: string | null): CatalogAddress | null {
  const text = qualified(ref.schema, ref.name);
  const found = (catalog: string, lookup: string, sql = text) => ({
    ...{ kind, name: humanName(ref), sql: address(catalog, `${lookup}(${literal(sql)})`) },
  });
  switch (kind) {
    case "view":
    case "materialized view":
    case "sequence":
      return relation(kind, ref);
    case "type":
    case "domain":
      return found("pg_type", "to_regtype");
    case "collation":
      return found("pg_collation", "to_regcollation");
    case "function":
    case "procedure":
      return signature === null
        ? found("pg_proc", "to_regproc")
        : found("pg_proc", "to_regprocedure", `${text}(${signature})`);
    case "schema":
      return {
        kind,
        name: ref.name,
        sql: address("pg_namespace", `to_regnamespace(${literal(qualified(null, ref.name))})`),
      };
    case "extension": {
      const object = `(SELECT oid FROM pg_catalog.pg_extension WHERE extname = ${literal(ref.name)})`;
      return { kind, name: ref.name, sql: address("pg_extension", object) };
    }
    default:
      return null;
  }
}

function relation(kind: string, ref: TableRef): CatalogAddress {
  return { kind, name: humanName(ref), sql: address("pg_class", regclass(ref)) };
}

/** By catalog: the columns for its table and for its name. */
const ON_TABLE: Readonly<Record<string, readonly [string, string, string]>> = {
  constraint: ["pg_constraint", "conrelid", "conname"],
  trigger: ["pg_trigger", "tgrelid", "tgname"],
  rule: ["pg_rewrite", "ev_class", "rulename"],
  policy: ["pg_policy", "polrelid", "polname"],
};

function onTable(kind: string, table: TableRef, name: string): CatalogAddress | null {
  const [catalog, of, named] = ON_TABLE[kind] ?? [];
  if (catalog === undefined) return null;
  const object = `(SELECT oid FROM pg_catalog.${catalog} WHERE ${of} = ${regclass(table)} AND ${named} = ${literal(name)})`;
  return { kind, name: `${humanName(table)}.${name}`, sql: address(catalog, object) };
}

function regclass({ schema, name }: TableRef): string {
  return `to_regclass(${literal(qualified(schema, name))})`;
}

function address(catalog: string, object: string, column = "0"): string {
  return `'pg_catalog.${catalog}'::regclass::oid, ${object}::oid, ${column}`;
}
