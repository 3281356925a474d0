import type { ColumnObject, TableObject } from "../../core/catalog/catalog.js";
import { CatalogIndex, type TableRef } from "../../core/catalog/lookup.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { sampleValue } from "../../core/probes/sample-value.js";
import { identifier, literal, qualified } from "../../core/sql/quote.js";
import { DatabaseError, type Session } from "../../ports/database.js";
import { readCatalog } from "../catalog/read-catalog.js";

/** What could be filled, and why the rest could not. */
export interface Seeded {
  readonly tables: number;
  readonly refused: readonly { readonly table: string; readonly reason: string }[];
}

/**
 * Fills empty tables with generated rows that satisfy their constraints, so that a loss of data shows. The same schema gets the same rows.
 * A table whose CHECK refuses every guess stays empty and is named.
 */
export async function seedRows(session: Session, rows: number): Promise<Seeded> {
  const catalog = await readCatalog(session, null);
  const index = new CatalogIndex(catalog);
  const tables = catalog.objects.filter(
    (object): object is TableObject => object.kind === "table" && object.attributes.relkind === "r",
  );
  const refused: { table: string; reason: string }[] = [];
  let filled = 0;
  for (const table of referencedFirst(tables, index)) {
    const [present] = await session.query(`select 1 from ${qualified(table.schema, table.name)} limit 1`);
    if (present) {
      await fillNulls(session, index, table);
      continue;
    }
    const reason = await fill(session, index, table, rows);
    if (reason === null) filled += 1;
    else refused.push({ table: `${table.schema}.${table.name}`, reason });
  }
  return { tables: filled, refused };
}

/** One row in an empty table, after one in each empty table that it refers to. In the caller's transaction. */
export async function seedOne(
  session: Session,
  index: CatalogIndex,
  table: TableRef,
  schema: string | null,
): Promise<void> {
  const found = index.table(table);
  for (const each of found ? referencedFirst([found], index) : []) {
    const columns = index.columns(each).filter(({ attributes }) => attributes.generated === "");
    const name = bindSchemas(qualified(each.schema, each.name), schema);
    const [present] = await session.query(`select 1 from ${name} limit 1`);
    if (present) continue;
    await session.script(`alter table ${name} disable trigger user`);
    for (const chosen of [columns, columns.filter(isRequired)])
      if ((await insert(session, index, name, each, chosen, 1, schema)) === null) break;
    await session.script(`set constraints all immediate; alter table ${name} enable trigger user`);
  }
}

/**
 * A row that differs from every seeded one, without these columns. In the caller's transaction, with the table's triggers; null if it was
 * accepted.
 */
export async function insertOne(
  session: Session,
  index: CatalogIndex,
  table: TableRef,
  schema: string | null,
  { without = [], insert: send = (sql) => session.execute(sql) }: InsertOne = {},
): Promise<DatabaseError | null> {
  const columns = index
    .columns(table)
    .filter(({ id, attributes }) => attributes.generated === "" && !without.includes(id.name));
  const name = bindSchemas(qualified(table.schema, table.name), schema);
  return insert(session, index, name, table, columns, UNLIKE, schema, send);
}

interface InsertOne {
  readonly without?: readonly string[];
  /** Sends the INSERT. */
  readonly insert?: (sql: string) => Promise<unknown>;
}

/** The number of a row that differs from all others. */
export const UNLIKE = 987_654;

/** All rows at once; where something is refused, row by row: the other rows stay. */
async function fill(session: Session, index: CatalogIndex, table: TableRef, rows: number): Promise<string | null> {
  const columns = index.columns(table).filter(({ attributes }) => attributes.generated === "");
  const name = qualified(table.schema, table.name);
  await session.script(`begin; alter table ${name} disable trigger user`);
  const statements = Array.from({ length: rows }, (_, row) => insertion(index, name, table, columns, row + 1));
  const refused = await inSavepoint(session, () => session.script(statements.join("; ")));
  const reason = refused === null ? null : await fillOneByOne(session, index, table, rows);
  await session.script(`set constraints all immediate; alter table ${name} enable trigger user; commit`);
  await sequencesGoOn(session, table, columns);
  return reason;
}

async function fillOneByOne(
  session: Session,
  index: CatalogIndex,
  table: TableRef,
  rows: number,
): Promise<string | null> {
  const columns = index.columns(table).filter(({ attributes }) => attributes.generated === "");
  const name = qualified(table.schema, table.name);
  let reason: string | null = "no row was accepted";
  for (let row = 1; row <= rows; row++) {
    for (const shape of ["full", "required"] as const) {
      const chosen = columns.filter((column) => shape === "full" || isRequired(column));
      const error = await insert(session, index, name, table, chosen, row);
      if (error === null) reason = null;
      else if (reason !== null) reason = error.message;
      if (error === null) break;
    }
  }
  return reason;
}

/** The next number must not be one that a generated row has, just as after an application's inserts. */
async function sequencesGoOn(session: Session, table: TableRef, columns: readonly ColumnObject[]): Promise<void> {
  const name = qualified(table.schema, table.name);
  for (const { id, attributes } of columns) {
    const sequence =
      attributes.identity === ""
        ? /^nextval\((.+)::regclass\)$/.exec(attributes.default ?? "")?.[1]
        : `pg_get_serial_sequence(${literal(name)}, ${literal(id.name)})`;
    if (sequence === undefined) continue;
    const most = `(select max(${identifier(id.name)}) from ${name})`;
    await tryScript(session, [`select setval(${sequence}, ${most}) where ${most} >= 1`]);
  }
}

/** Columns added later get values too, as an application would write them. If one is refused, it stays NULL. */
async function fillNulls(session: Session, index: CatalogIndex, table: TableRef): Promise<void> {
  const name = qualified(table.schema, table.name);
  const nullable = index.columns(table).filter(({ attributes }) => !attributes.notNull && attributes.generated === "");
  const columns = await withNulls(session, name, nullable);
  if (columns.length === 0) return;
  const rows = await session.query<{ at: string }>(`select ctid::text as at from only ${name} order by ctid`);
  for (const column of columns) {
    const value = identifier(column.id.name);
    const updates = rows.map(
      ({ at }, row) =>
        `update ${name} set ${value} = ${valueFor(column, table, index, row + 1)} where ctid = ${literal(at)} and ${value} is null`,
    );
    await tryScript(session, [
      `alter table ${name} disable trigger user`,
      ...updates.reverse(),
      `alter table ${name} enable trigger user`,
    ]);
    const moved = await session.query<{ at: string }>(`select ctid::text as at from only ${name} order by ctid`);
    rows.splice(0, rows.length, ...moved);
  }
}

async function withNulls(
  session: Session,
  name: string,
  columns: readonly ColumnObject[],
): Promise<readonly ColumnObject[]> {
  if (columns.length === 0) return [];
  const asked = columns.map(({ id }) => `bool_or(${identifier(id.name)} is null)`).join(", ");
  const [row] = await session.query<{ nulls: readonly boolean[] }>(`select array[${asked}] as nulls from only ${name}`);
  return columns.filter((_, at) => row?.nulls[at] === true);
}

async function tryScript(session: Session, statements: readonly string[]): Promise<void> {
  const immediate = "set constraints all immediate";
  try {
    await session.script(
      ["begin", ...statements.slice(0, -1), immediate, ...statements.slice(-1), "commit"].join("; "),
    );
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback");
  }
}

async function insert(
  session: Session,
  index: CatalogIndex,
  name: string,
  table: TableRef,
  columns: readonly ColumnObject[],
  row: number,
  schema: string | null = null,
  send: (sql: string) => Promise<unknown> = (sql) => session.script(sql),
): Promise<DatabaseError | null> {
  const sql = insertion(index, name, table, columns, row);
  return inSavepoint(session, () => send(bindSchemas(sql, schema)));
}

function insertion(
  index: CatalogIndex,
  name: string,
  table: TableRef,
  columns: readonly ColumnObject[],
  row: number,
): string {
  if (columns.length === 0) return `insert into ${name} default values`;
  const names = columns.map(({ id }) => identifier(id.name)).join(", ");
  const values = columns.map((column) => valueFor(column, table, index, row)).join(", ");
  return `insert into ${name} (${names}) overriding system value values (${values})`;
}

/** Null if it ran; otherwise it is undone. */
async function inSavepoint(session: Session, work: () => Promise<unknown>): Promise<DatabaseError | null> {
  await session.script("savepoint seed");
  try {
    await work();
    await session.script("release savepoint seed");
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    await session.script("rollback to savepoint seed");
    return error;
  }
}

/** A value for the row of this number, as SQL: for a foreign key, one that exists. */
export function valueFor(column: ColumnObject, table: TableRef, index: CatalogIndex, row: number): string {
  const key = index
    .constraints(table)
    .find(({ attributes }) => attributes.references && attributes.columns.includes(column.id.name));
  const references = key?.attributes.references;
  const target = references?.columns[key?.attributes.columns.indexOf(column.id.name) ?? -1];
  if (references && target !== undefined) {
    const from = qualified(references.schema, references.table);
    const place = `offset ${row - 1} % greatest((select count(*) from ${from}), 1)`;
    return `(select ${identifier(target)} from ${from} order by 1 ${place} limit 1)`;
  }
  return sampleValue(column, index, row);
}

export function isRequired({ attributes }: ColumnObject): boolean {
  return attributes.notNull && attributes.default === null && attributes.identity === "";
}

function referencedFirst(tables: readonly TableObject[], index: CatalogIndex): readonly TableRef[] {
  const ordered: TableRef[] = [];
  const seen = new Set<string>();
  const visit = (table: TableRef) => {
    const key = JSON.stringify([table.schema, table.name]);
    if (seen.has(key)) return;
    seen.add(key);
    for (const { attributes } of index.constraints(table)) {
      const { references } = attributes;
      if (references) visit({ schema: references.schema, name: references.table });
    }
    ordered.push(table);
  };
  for (const { id } of tables) visit({ schema: id.schema ?? "", name: id.name });
  return ordered.filter((table) => index.table(table)?.attributes.relkind === "r");
}
