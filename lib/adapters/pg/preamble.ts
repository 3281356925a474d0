import { literal } from "../../core/sql/quote.js";
import type { SessionOptions } from "../../ports/database.js";

/** From PostgreSQL 14 on, a statement on Linux ends when the process that sent it is gone, instead of holding its locks. */
const CLIENT_CHECK = `case when pg_catalog.current_setting('server_version_num')::int >= 140000
    and pg_catalog.strpos(pg_catalog.version(), 'linux') > 0
  then pg_catalog.set_config('client_connection_check_interval', '5s', false) end`;

/** Columns `version` and `pid` of the server that answers. */
const GREETING =
  "pg_catalog.int4(pg_catalog.current_setting('server_version_num')) as version, pg_catalog.pg_backend_pid() as pid";

const BEGIN = "begin transaction isolation level read committed read only";

/**
 * Begins a session that writes. Its settings are the session's, and are left out when another backend than `backend`
 * answers: then a pooler stands between, and they would stay on a connection that others are given next.
 */
export function writePreamble(options: SessionOptions, backend: number): string {
  const sets = [...settings(options).map(([name, value]) => set(name, literal(value), false)), CLIENT_CHECK];
  const direct = sets.map((each) => `case when pg_catalog.pg_backend_pid() = ${backend} then ${each} end`);
  return `select ${GREETING}, ${direct.join(", ")}`;
}

/** Begins a session that reads, in its first transaction. */
export function readPreamble(options: SessionOptions): string {
  return `${BEGIN}; select ${GREETING}, ${localSets(options)}`;
}

/** Begins its next transaction; `begin` is another's own way to begin one. */
export function nextReading(options: SessionOptions, begin = BEGIN): string {
  return `${begin}; select ${localSets(options)}`;
}

/**
 * Functions and operators are resolved in pg_catalog first, whatever search_path the database or the role was given: a
 * tenant cannot put its own in the place of one of ours. Without the comma where the path was empty.
 */
const PATH =
  "pg_catalog.regexp_replace(pg_catalog.concat('pg_catalog, ', pg_catalog.current_setting('search_path')), ', $', '')";

function localSets(options: SessionOptions): string {
  return [
    ...settings(options).map(([name, value]) => set(name, literal(value), true)),
    set("search_path", PATH, true),
  ].join(", ");
}

function settings(options: SessionOptions): readonly (readonly [string, string])[] {
  return [
    ["statement_timeout", String(options.statementTimeout)],
    ["lock_timeout", String(options.lockTimeout)],
    ["idle_in_transaction_session_timeout", "600000"],
    ["default_transaction_read_only", options.purpose === "read" ? "on" : "off"],
  ];
}

function set(name: string, value: string, local: boolean): string {
  return `pg_catalog.set_config(${literal(name)}, ${value}, ${local})`;
}
