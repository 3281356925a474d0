import { PRINTING } from "../../core/catalog/printing.js";
import { OWN_PATH } from "../../core/sql/own-path.js";
import { literal } from "../../core/sql/quote.js";
import { IDLE_IN_TRANSACTION_MS, type SessionOptions } from "../../ports/database.js";
import { setRole } from "./session-role.js";

/**
 * From PostgreSQL 14 on, a statement on Linux ends when its client is gone, instead of holding its locks. Written without an operator,
 * because the search_path, which is not ours yet, could resolve it elsewhere.
 */
const CLIENT_CHECK = `case when pg_catalog.int4ge(pg_catalog.current_setting('server_version_num')::pg_catalog.int4, 140000)
    and pg_catalog.int4gt(pg_catalog.strpos(pg_catalog.version(), 'linux'), 0)
  then pg_catalog.set_config('client_connection_check_interval', '5s', false) end`;

/** Timeouts of later majors, which a tenant's settings would put on our sessions. */
const LATER_TIMEOUTS = [
  ["idle_session_timeout", 140_000],
  ["transaction_timeout", 170_000],
] as const;

/** Columns `version`, `pid` and `path` (what the database and the role set) of the server that answers. */
const GREETING = `pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
  pg_catalog.pg_backend_pid() as pid, pg_catalog.current_setting('search_path') as path`;

const BEGIN = "begin transaction isolation level read committed read only";

/**
 * Begins a session that writes. The settings are the session's, and are left out if another backend than `backend` answers: then there is a
 * pooler in between, and they would stay on a connection that others get next.
 */
export function writePreamble(options: SessionOptions, backend: number, role: string | null): string {
  const own = role === null ? [] : [setRole(role, false)];
  const sets = [...allSets(options, false), CLIENT_CHECK, ...own];
  const direct = sets.map(
    (each) => `case when pg_catalog.int4eq(pg_catalog.pg_backend_pid(), ${backend}) then ${each} end`,
  );
  return `select ${GREETING}, ${direct.join(", ")}`;
}

/** Begins a session that reads, in its first transaction. */
export function readPreamble(options: SessionOptions): string {
  return `${BEGIN}; select ${GREETING}, ${localSets(options)}`;
}

/** Begins its next transaction; `begin` is the caller's own way to begin one. */
export function nextReading(options: SessionOptions, begin = BEGIN): string {
  return `${begin}; select ${localSets(options)}`;
}

function localSets(options: SessionOptions): string {
  return allSets(options, true).join(", ");
}

function allSets(options: SessionOptions, local: boolean): readonly string[] {
  const later = LATER_TIMEOUTS.map(
    ([name, since]) =>
      `case when pg_catalog.int4ge(pg_catalog.current_setting('server_version_num')::pg_catalog.int4, ${since}) then ${set(name, "'0'", local)} end`,
  );
  return [...settings(options).map(([name, value]) => set(name, literal(value), local)), ...later];
}

/**
 * How values are printed, and what changes the rows that a query finds; a release that writes has its database's settings.
 */
const READING = [...PRINTING, ["transform_null_equals", "off"], ["gin_fuzzy_search_limit", "0"]] as const;

function settings(options: SessionOptions): readonly (readonly [string, string])[] {
  return [
    ["statement_timeout", String(options.statementTimeout)],
    ["lock_timeout", String(options.lockTimeout)],
    ["idle_in_transaction_session_timeout", String(IDLE_IN_TRANSACTION_MS)],
    ["default_transaction_read_only", options.purpose === "read" ? "on" : "off"],
    ["search_path", OWN_PATH],
    // How our own texts are parsed, and names printed, must not depend on a tenant's ALTER DATABASE … SET.
    ["standard_conforming_strings", "on"],
    ["quote_all_identifiers", "off"],
    // Distributions switch it on. Our queries of the catalog cost much by the planner's estimate and little in fact: each new connection would compile.
    ["jit", "off"],
    ...(options.purpose === "read" ? READING : []),
  ];
}

/** A query that sets the search_path for the transaction (`local`) or for the session. */
export function setPath(path: string, local: boolean): string {
  return `select ${set("search_path", literal(path), local)}`;
}

/** The same, and returns the earlier one as `path`. */
export function swapPath(path: string, local: boolean): string {
  return `select pg_catalog.current_setting('search_path') as path, ${set("search_path", literal(path), local)}`;
}

function set(name: string, value: string, local: boolean): string {
  return `pg_catalog.set_config(${literal(name)}, ${value}, ${local})`;
}
