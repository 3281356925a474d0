import { readRecordText } from "../../core/postgres/record-text.js";
import { identifier } from "../../core/sql/quote.js";
import type { Session } from "../../ports/database.js";

/** Rows of one table that a repair moved, or in which it set one column. */
export interface KeptRows {
  /** The quoted name of the table of repaired rows. */
  readonly place: string;
  readonly id: string;
  /** The quoted name of the table that they belong to. */
  readonly relation: string;
  /** The column that was set; null for rows that moved. */
  readonly changed: string | null;
}

export interface Restored {
  readonly rows: number;
  /** The keys of rows that are not as the repair left them: they stay as they are, and their kept copies stay kept. */
  readonly left: readonly string[];
}

/** A repair cannot be undone; nothing was changed. */
export class UndoError extends Error {
  override readonly name = "UndoError";
}

/** A row by its column names: each value as its type prints it. */
type Values = ReadonlyMap<string, string | null>;

interface KeptRow {
  /** Its place in the table of repaired rows. */
  readonly ctid: string;
  readonly was: Values;
  /** Null for a row that moved. */
  readonly became: Values | null;
}

interface Columns {
  /** Columns that can be written. */
  readonly all: readonly string[];
  /** Columns of the primary key. */
  readonly key: readonly string[];
  /** Whether a unique constraint is deferrable, so that ON CONFLICT is refused. */
  readonly deferrable: boolean;
}

/** Rows per round trip. */
const CHUNK = 500;

/**
 * Inserts moved rows again, or sets the column back by each row's key, the last change first. Each value goes through its type's own input,
 * so it is exactly the earlier one. Does not overwrite what the application has written since.
 */
export async function restoreRows(session: Session, kept: KeptRows): Promise<Restored> {
  const columns = await columnsOf(session, kept.relation);
  const { key } = columns;
  if (kept.changed !== null && key.length === 0)
    throw new UndoError(`${kept.relation} has no primary key, so its rows cannot be told apart: put them back by hand`);
  const left: string[] = [];
  let rows = 0;
  for (;;) {
    const chunk = await keptRows(session, kept, key.length === 0 ? 1 : CHUNK);
    if (chunk.length === 0) return { rows, left };
    const back = await alongPath(session, () =>
      kept.changed === null ? inserted(session, kept.relation, columns, chunk) : setBack(session, kept, columns, chunk),
    );
    rows += back.size;
    await forget(session, kept.place, [...back]);
    const others = chunk.filter((row) => !back.has(row));
    left.push(...others.map(({ was, became }) => keyText(became ?? was, key)));
    await leave(session, kept.place, others);
  }
}

/** Names within values (`regclass`) were printed along the repair's path. */
async function alongPath<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const set = "select pg_catalog.set_config('search_path', $1, true)";
  const [own] = await session.query<{ path: string }>("select pg_catalog.current_setting('search_path') as path");
  await session.query(set, [session.path()]);
  const result = await work();
  await session.query(set, [own?.path ?? ""]);
  return result;
}

const COLUMNS = `select a.attname as name, a.attgenerated = '' as writable, coalesce(a.attnum = any (i.indkey::int2[]), false) as key,
  exists (select from pg_catalog.pg_index d where d.indrelid = a.attrelid and not d.indimmediate) as deferrable
from pg_catalog.pg_attribute a left join pg_catalog.pg_index i on i.indrelid = a.attrelid and i.indisprimary
where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`;

async function columnsOf(session: Session, relation: string): Promise<Columns> {
  const found = await session.query<{ name: string; writable: boolean; key: boolean; deferrable: boolean }>(COLUMNS, [
    relation,
  ]);
  return {
    all: found.filter(({ writable }) => writable).map(({ name }) => name),
    key: found.filter(({ key }) => key).map(({ name }) => name),
    deferrable: found.some(({ deferrable }) => deferrable),
  };
}

async function keptRows(session: Session, { place, id, relation, changed }: KeptRows, most: number) {
  const found = await session.query<{ ctid: string; names: string[]; was: string; became: string | null }>(
    `select ctid::text as ctid, names, was, became from ${place}
     where repair = $1 and relation = $2 and changed is not distinct from $3 order by taken desc limit ${most}`,
    [id, relation, changed],
  );
  return found.map(({ ctid, names, was, became }): KeptRow => {
    const valuesOf = (text: string) => {
      const fields = readRecordText(text);
      return new Map(names.map((name, at) => [name, fields[at] ?? null]));
    };
    return { ctid, was: valuesOf(was), became: became === null ? null : valuesOf(became) };
  });
}

type Back = Promise<ReadonlySet<KeptRow>>;

async function inserted(session: Session, relation: string, columns: Columns, rows: readonly KeptRow[]): Back {
  const [first] = rows;
  const gone = [...(first?.was.keys() ?? [])].find(
    (name) => !columns.all.includes(name) && first?.was.get(name) !== null,
  );
  if (gone !== undefined && !(await isThere(session, relation, gone)))
    throw new UndoError(`${relation} has no column ${gone} any more, which the kept rows have a value of`);
  const names = columns.all.filter((name) => first?.was.has(name));
  const values: unknown[] = [];
  const tuples = rows.map(({ was }) => `(${names.map((name) => `$${values.push(was.get(name) ?? null)}`).join(", ")})`);
  const returned = await session.query<{ key: string[] }>(
    `insert into ${relation} (${names.map(identifier).join(", ")}) overriding system value values ${tuples.join(", ")}
     ${columns.deferrable ? "" : "on conflict do nothing"} returning ${keyOf(relation, columns.key)} as key`,
    values,
  );
  if (returned.length === rows.length) return new Set(rows);
  return matching(rows, returned, columns.key);
}

/** Rows with the same change are set back by one statement. */
async function setBack(session: Session, kept: KeptRows, columns: Columns, rows: readonly KeptRow[]): Back {
  const done = new Set<KeptRow>();
  let group: KeptRow[] = [];
  for (const [at, row] of rows.entries()) {
    group.push(row);
    const next = rows[at + 1];
    if (next !== undefined && changeOf(next, columns) === changeOf(row, columns)) continue;
    for (const one of await setGroupBack(session, kept, columns, group)) done.add(one);
    group = [];
  }
  return done;
}

/** What triggers changed along with the column is set back too, if it is still as they left it. */
async function setGroupBack(session: Session, kept: KeptRows, { all, key }: Columns, rows: readonly KeptRow[]): Back {
  const { relation, changed } = kept;
  const [{ was, became }] = rows as [KeptRow];
  const values: unknown[] = [];
  const bind = (value: string | null | undefined) => `$${values.push(value ?? null)}`;
  const isStill = (name: string) => {
    const column = `t.${identifier(name)}`;
    const value = became?.get(name) ?? null;
    if (value === null) return `${column} is not distinct from null`;
    return `(${column} is distinct from null and pg_catalog.format('%s', ${column}) operator(pg_catalog.=) ${bind(value)}::pg_catalog.text)`;
  };
  const other = all.filter((name) => name !== changed && was.get(name) !== became?.get(name) && was.has(name));
  const sets = [
    `${identifier(changed ?? "")} = ${bind(was.get(changed ?? ""))}`,
    ...other.map((name) => {
      const column = identifier(name);
      return `${column} = case when ${isStill(name)} then ${bind(was.get(name))} else t.${column} end`;
    }),
  ];
  const tuples = rows.map((row) => `(${key.map((name) => bind(row.became?.get(name))).join(", ")})`);
  const returned = await session.query<{ key: string[] }>(
    `update ${relation} as t set ${sets.join(", ")} where ${isStill(changed ?? "")}
     and (${key.map((name) => `t.${identifier(name)}`).join(", ")}) in (${tuples.join(", ")}) returning ${keyOf("t", key)} as key`,
    values,
  );
  return matching(rows, returned, key);
}

function changeOf({ was, became }: KeptRow, { all }: Columns): string {
  return JSON.stringify(
    all.map((name) => (was.get(name) === became?.get(name) ? 0 : [was.get(name), became?.get(name)])),
  );
}

/** A row's key as its types print it, as in the kept text. */
function keyOf(alias: string, key: readonly string[]): string {
  return `array[${key.map((name) => `pg_catalog.format('%s', ${alias}.${identifier(name)})`).join(", ")}]::pg_catalog.text[]`;
}

function matching(
  rows: readonly KeptRow[],
  returned: readonly { readonly key: readonly string[] }[],
  key: readonly string[],
): ReadonlySet<KeptRow> {
  const found = new Set(returned.map((row) => JSON.stringify(row.key)));
  return new Set(
    rows.filter(({ was, became }) => found.has(JSON.stringify(key.map((name) => (became ?? was).get(name))))),
  );
}

function keyText(values: Values, key: readonly string[]): string {
  if (key.length === 0) return "a row without a key";
  return key.map((name) => `${name}=${values.get(name) ?? ""}`).join(", ");
}

async function isThere(session: Session, relation: string, column: string): Promise<boolean> {
  const found = await session.query(
    "select 1 from pg_catalog.pg_attribute where attrelid = $1::regclass and attname = $2 and not attisdropped",
    [relation, column],
  );
  return found.length > 0;
}

async function forget(session: Session, place: string, rows: readonly KeptRow[]): Promise<void> {
  await session.query(`delete from ${place} where ctid = any ($1::tid[])`, [rows.map(({ ctid }) => ctid)]);
}

/** They no longer belong to a repair that could be undone: only a person can decide. */
async function leave(session: Session, place: string, rows: readonly KeptRow[]): Promise<void> {
  await session.query(`update ${place} set repair = null where ctid = any ($1::tid[])`, [rows.map(({ ctid }) => ctid)]);
}
