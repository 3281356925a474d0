import { identifier } from "../../sql/quote.js";
import type { TableState } from "../state/table-state.js";
import { rowKey } from "./row-key.js";

/** What must be unique, whichever statement asks for it. */
export interface WantedKey {
  readonly table: TableState;
  readonly parts: readonly WantedPart[];
  /** SQL text of WHERE; null for none. */
  readonly predicate: string | null;
  readonly nullsNotDistinct: boolean;
  /** True when every part has a type that the server can hash as it compares it. */
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

/** How many rows are too many: of each key all but one. */
export function countSurplus(key: WantedKey): string {
  const names = namesOf(key).join(", ");
  return `SELECT coalesce(sum(copies - 1), 0)::bigint AS count FROM (SELECT count(*) AS copies FROM ${suspects(key, [])} AS keyed GROUP BY ${names} HAVING count(*) > 1) AS repeated`;
}

/** The rows after the first of each key, with `key`, `position` and whatever else is asked for. */
export function surplusRows(key: WantedKey, columns: readonly string[], more: readonly string[] = []): string {
  const names = namesOf(key);
  const row = rowKey(key.table, alias(key), columns);
  const extra = [`${row.text} AS key`, `${row.order} AS position`, ...more.map((sql, at) => `${sql} AS m${at}`)];
  const listed = ["key", "position", ...more.map((_, at) => `m${at}`)].map((name) => `keyed.${name}`).join(", ");
  const number = `row_number() OVER (PARTITION BY ${names.map((name) => `keyed.${name}`).join(", ")} ORDER BY keyed.position) AS copy`;
  // Only rows of repeated keys are numbered; where NULLs count as equal that join could not be hashed.
  const repeated = `(SELECT ${names.join(", ")} FROM (${keyed(key, [])}) AS keyed GROUP BY ${names.join(", ")} HAVING count(*) > 1) AS repeated`;
  const on = names.map((name) => `keyed.${name} = repeated.${name}`).join(" AND ");
  const join = key.hashed || key.nullsNotDistinct ? "" : ` JOIN ${repeated} ON ${on}`;
  return `SELECT * FROM (SELECT ${listed}, ${number} FROM ${suspects(key, extra)} AS keyed${join}) AS numbered WHERE copy > 1`;
}

/**
 * All rows, or only those whose key has the hash of another's. To sort numbers of eight bytes takes half of the time of grouping
 * texts in memory that does not hold them, and a sixth of that of sorting them.
 */
function suspects(key: WantedKey, more: readonly string[]): string {
  if (!key.hashed) return `(${keyed(key, more)})`;
  const hash = `hash_record_extended(ROW(${namesOf(key).join(", ")}), 0)`;
  const hashes = `SELECT ${hash} AS hash FROM (${keyed(key, [])}) AS every`;
  const ordered = `SELECT hash, lag(hash) OVER (ORDER BY hash) AS prior FROM (${hashes}) AS hashed`;
  return `(SELECT * FROM (${keyed(key, more)}) AS every WHERE ${hash} IN (SELECT hash FROM (${ordered}) AS neighbours WHERE hash = prior))`;
}

function namesOf(key: WantedKey): readonly string[] {
  return key.parts.map((_, at) => `k${at}`);
}

/** The values that must be unique, as k0, k1, …; rows with a NULL among them left out unless NULLs count as equal. */
function keyed(key: WantedKey, more: readonly string[]): string {
  const list = [...key.parts.map((part, at) => `${part.sql} AS k${at}`), ...more].join(", ");
  const present = key.nullsNotDistinct ? [] : key.parts.map((part) => `(${part.sql}) IS NOT NULL`);
  const where = [...present, ...(key.predicate === null ? [] : [`(${key.predicate})`])].join(" AND ");
  return `SELECT ${list} FROM ${key.table.ownRows.from} AS ${alias(key)}${where === "" ? "" : ` WHERE ${where}`}`;
}

function alias(key: WantedKey): string {
  return identifier(key.table.name.name);
}
