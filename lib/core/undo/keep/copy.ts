import type { ColumnObject } from "../../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../../catalog/lookup.js";
import { OWN_SCHEMA } from "../../catalog/own-schema.js";
import { digest } from "../../json.js";
import type { TableLock } from "../../postgres/lock-modes.js";
import { identifier, literal, qualified } from "../../sql/quote.js";
import type { Statement } from "../../sql/statement.js";
import type { Kept } from "../inverse.js";
import { relationId, sqlName } from "../inverses.js";

/** Unqualified name of a copy: the same for the same statement and table, so that an inverse finds it. */
export function copyName(statement: Statement, table: TableRef, part = ""): string {
  const hash = digest([statement.source.file, statement.index, table.schema, table.name, part]).slice(0, 12);
  return `${cut(table.name)}_${hash}`;
}

/** Identifiers end after 63 bytes; the hash and the suffix of the second copy take 20 of them. */
function cut(name: string): string {
  let short = "";
  for (const character of name) {
    if (Buffer.byteLength(short + character) > 43) break;
    short += character;
  }
  return short;
}

export function copyTable(name: string): string {
  return qualified(OWN_SCHEMA, name);
}

/** The list of what is kept, for `schema-gate kept list`. */
const KEPT: TableRef = { schema: OWN_SCHEMA, name: "kept" };
const KEPT_LIST = sqlName(KEPT);

/** Run before the first copy; idempotent. */
export const KEPT_SETUP: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${identifier(OWN_SCHEMA)}`,
  `CREATE TABLE IF NOT EXISTS ${KEPT_LIST} (copy text PRIMARY KEY, source text NOT NULL, file text NOT NULL,
    statement int NOT NULL, kept_at timestamptz NOT NULL DEFAULT now())`,
];

/**
 * Nobody writes to the table from before its rows are copied until the migration commits: a row written in between would be in neither copy, or would
 * be mistaken for one that the migration wrote. Reads continue.
 */
function writeLock(before: CatalogIndex, table: TableRef): readonly TableLock[] {
  const lockable = ["r", "p"].includes(before.table(table)?.attributes.relkind ?? "");
  return lockable ? [{ table, mode: "ShareRowExclusiveLock" }] : [];
}

/** A copy named `name` of what the query `rows` reads from a table, made under that lock. */
export function keepCopy(
  name: string,
  rows: string,
  table: TableRef,
  statement: Statement,
  before: CatalogIndex,
): Kept {
  const locks = writeLock(before, table);
  const lock = locks.map((each) => `LOCK TABLE ${sqlName(each.table)} IN SHARE ROW EXCLUSIVE MODE`);
  return {
    name,
    table,
    rows,
    locks,
    before: [...lock, ...KEPT_SETUP, ...makeCopy(name, rows, table, statement)],
    after: [],
  };
}

/**
 * Makes a copy from a query and puts it on the list; replaces a copy from an attempt that was rolled back by hand. A publication FOR ALL TABLES
 * includes the copy too, and PostgreSQL refuses to change a published row that nothing identifies.
 */
export function makeCopy(name: string, query: string, table: TableRef, statement: Statement): readonly string[] {
  const source = literal(`${table.schema}.${table.name}`);
  const place = `${literal(statement.source.file)}, ${statement.index}`;
  return [
    `DROP TABLE IF EXISTS ${copyTable(name)}`,
    `CREATE TABLE ${copyTable(name)} AS ${query}`,
    `ALTER TABLE ${copyTable(name)} REPLICA IDENTITY FULL`,
    `INSERT INTO ${KEPT_LIST} (copy, source, file, statement) VALUES (${literal(name)}, ${source}, ${place})
     ON CONFLICT (copy) DO UPDATE SET kept_at = now()`,
  ];
}

/** Line pointer of a row in its page (manual, "Database Page Layout"). */
const ITEM_BYTES = 4;

/** A query for the number of these rows and the bytes that a copy of them takes on its pages, without making the copy. Reads all of them. */
export function copySize(rows: string): string {
  return `SELECT coalesce(sum(pg_column_size(q.*) + ${ITEM_BYTES}), 0)::text AS bytes, count(*)::text AS rows FROM (${rows}) q`;
}

export function dropCopy(name: string): readonly string[] {
  return [`DROP TABLE ${copyTable(name)}`, `DELETE FROM ${KEPT_LIST} WHERE copy = ${literal(name)}`];
}

/** Drops a copy that is empty now; a copy that still holds rows stays on the list. */
export function dropWhenEmpty(name: string): readonly string[] {
  const [drop, forget] = dropCopy(name);
  return [`DO ${literal(`BEGIN IF NOT EXISTS (SELECT FROM ${copyTable(name)}) THEN ${drop}; ${forget}; END IF; END`)}`];
}

/** Renames and keeps a copy of this name from an earlier run, which is left because some of its rows were not found again. */
export function keepEarlier(name: string): readonly string[] {
  const earlier = `${literal(`${name}_`)} || (SELECT count(*) + 1 FROM ${KEPT_LIST} WHERE starts_with(copy, ${literal(`${name}_`)}))`;
  const found = `SELECT c.oid FROM pg_class c JOIN pg_class l USING (relnamespace) WHERE c.relname = ${literal(name)} AND l.oid = ${relationId(KEPT)}`;
  const body = `DECLARE earlier text; found oid := (${found}); BEGIN IF found IS NOT NULL THEN
    earlier := ${earlier}; EXECUTE format('ALTER TABLE %s RENAME TO %I', found::regclass, earlier);
    UPDATE ${KEPT_LIST} SET copy = earlier WHERE copy = ${literal(name)}; END IF; END`;
  return [...KEPT_SETUP, `DO ${literal(body)}`];
}

/** A value in its kept form: values of types that the migration might drop are kept as text, so that the copy does not depend on the type. */
export function stored(column: ColumnObject, alias: string): string {
  const value = `${alias}.${identifier(column.id.name)}`;
  return ownType(column) ? `${value}::text` : value;
}

/** The kept value in the column's type again. */
export function restored(column: ColumnObject, alias: string): string {
  const value = `${alias}.${identifier(column.id.name)}`;
  return ownType(column) ? `${value}::${column.attributes.type}` : value;
}

export function storedAs(column: ColumnObject, alias: string): string {
  return `${stored(column, alias)} AS ${identifier(column.id.name)}`;
}

/** The server prints a type with its schema unless it is one of its own. */
function ownType(column: ColumnObject): boolean {
  return column.attributes.type.includes(".");
}
