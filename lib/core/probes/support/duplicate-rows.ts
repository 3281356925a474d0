import { identifier } from "../../sql/quote.js";
import type { Stage } from "../state/rows.js";
import type { TableState } from "../state/table-state.js";
import { SAMPLE_SIZE } from "./hit-query.js";
import { rowKey } from "./row-key.js";

/** What must be unique, whichever statement requires it. */
export interface WantedKey {
  readonly table: TableState;
  readonly parts: readonly WantedPart[];
  /** SQL text of WHERE; null for none. */
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  /** True when every part has a type that the server hashes consistently with how it compares it. */
  readonly hashed: boolean;
  /** For a person: `quota_key`, `(account_id, quota_key)`. */
  readonly name: string;
}

export interface WantedPart {
  /** SQL over the table's columns, collation included. */
  readonly sql: string;
  /** Null for an expression. */
  readonly column: string | null;
}

const REPEATED = identifier("$repeated");

/**
 * What repeats, found once for everything that follows: the keys, with how many rows have each, or their hashes. Sorting eight-byte numbers takes
 * half the time of grouping texts in memory that is too small for them, and a sixth of that of sorting them.
 */
export function repeated(key: WantedKey): Stage {
  const names = namesOf(key).join(", ");
  if (!key.hashed) {
    const sql = `SELECT ${names}, count(*) AS copies FROM (${keyedRows(key, [])}) AS keyed GROUP BY ${names} HAVING count(*) > 1`;
    return { name: REPEATED, sql };
  }
  const hashes = `SELECT ${hashOf(key)} AS hash FROM (${keyedRows(key, [])}) AS every`;
  const ordered = `SELECT hash, lag(hash) OVER (ORDER BY hash) AS prior FROM (${hashes}) AS hashed`;
  return { name: REPEATED, sql: `SELECT DISTINCT hash FROM (${ordered}) AS neighbours WHERE hash = prior` };
}

/** How many rows are too many: for each key all but one. After `repeated`. */
export function countDuplicates(key: WantedKey): string {
  const total = "SELECT coalesce(sum(copies - 1), 0)::bigint";
  if (!key.hashed) return `${total} FROM ${REPEATED}`;
  const names = namesOf(key).join(", ");
  const copies = `SELECT count(*) AS copies FROM (${suspects(key, [], REPEATED)}) AS keyed GROUP BY ${names} HAVING count(*) > 1`;
  return `${total} FROM (${copies}) AS copied`;
}

/** The number of repeated keys that are looked up for the rows shown. */
const SHOWN = 100;

/** The first of the surplus rows, for a person. After `repeated`. */
export function shownDuplicates(key: WantedKey, columns: readonly string[]): string {
  const order = key.hashed ? " ORDER BY hash" : "";
  const some = `(SELECT * FROM ${REPEATED}${order} LIMIT ${key.nullsNotDistinct ? SAMPLE_SIZE : SHOWN})`;
  return `SELECT key FROM (${numbered(key, columns, [], some)}) AS duplicates ORDER BY position LIMIT ${SAMPLE_SIZE}`;
}

function numbered(key: WantedKey, columns: readonly string[], more: readonly string[], among: string): string {
  const names = namesOf(key);
  const row = rowKey(key.table, alias(key), columns);
  const extra = [`${row.text} AS key`, `${row.order} AS position`, ...more.map((sql, at) => `${sql} AS m${at}`)];
  const listed = ["key", "position", ...more.map((_, at) => `m${at}`)].map((name) => `keyed.${name}`).join(", ");
  const number = `row_number() OVER (PARTITION BY ${names.map((name) => `keyed.${name}`).join(", ")} ORDER BY keyed.position) AS copy`;
  return `SELECT * FROM (SELECT ${listed}, ${number} FROM (${suspects(key, extra, among)}) AS keyed) AS numbered WHERE copy > 1`;
}

/** Rows whose key, or its hash, is among the repeated ones. */
function suspects(key: WantedKey, more: readonly string[], among: string): string {
  const rows = `(${keyedRows(key, more)}) AS every`;
  if (key.hashed) return `SELECT * FROM ${rows} WHERE ${hashOf(key)} IN (SELECT hash FROM ${among} AS repeating)`;
  // Where NULLs count as equal the join could not be hashed: all rows are numbered at once.
  if (key.nullsNotDistinct && among === REPEATED) return `SELECT * FROM ${rows}`;
  const same = key.nullsNotDistinct ? "IS NOT DISTINCT FROM" : "=";
  const on = namesOf(key).map((name) => `every.${name} ${same} repeating.${name}`);
  return `SELECT every.* FROM ${rows} JOIN ${among} AS repeating ON ${on.join(" AND ")}`;
}

function hashOf(key: WantedKey): string {
  return `hash_record_extended(ROW(${namesOf(key).join(", ")}), 0)`;
}

function namesOf(key: WantedKey): readonly string[] {
  return key.parts.map((_, at) => `k${at}`);
}

/** The values that must be unique, as k0, k1, …; rows with a NULL among them are left out unless NULLs count as equal. */
export function keyedRows(key: WantedKey, more: readonly string[]): string {
  const list = [...key.parts.map((part, at) => `${part.sql} AS k${at}`), ...more].join(", ");
  const where = whereOf(key);
  return `SELECT ${list} FROM ${key.table.ownRows.from} AS ${alias(key)}${where === "" ? "" : ` WHERE ${where}`}`;
}

function whereOf({ parts, predicate, nullsNotDistinct }: WantedKey): string {
  // Not IS NOT NULL, which is false for a composite value with a NULL inside it.
  const present = nullsNotDistinct ? [] : parts.map((part) => `(${part.sql}) IS DISTINCT FROM NULL`);
  if (predicate === null) return present.join(" AND ");
  // An expression may fail on rows that the predicate keeps out of the index.
  if (present.length > 0 && parts.some(({ column }) => column === null))
    return `CASE WHEN (${predicate}) THEN ${present.join(" AND ")} END`;
  return [`(${predicate})`, ...present].join(" AND ");
}

function alias(key: WantedKey): string {
  return identifier(key.table.name.name);
}
