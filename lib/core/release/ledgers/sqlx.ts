import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { integer, presence, textOrNull } from "./table.js";

/** `_sqlx_migrations`. Source: sqlx-postgres `migrate.rs`; the checksum is SHA-384, the time in nanoseconds. */
export function sqlxLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "_sqlx_migrations");
  return {
    id: "sqlx",
    table: "_sqlx_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT version::text AS version, description, success, encode(checksum, 'hex') AS checksum FROM ${table}`,
    entry: (row) => ({
      version: String(row.version),
      name: textOrNull(row.description),
      checksum: textOrNull(row.checksum),
      incomplete: row.success !== true,
    }),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL)`,
    ],
    record: (migration, elapsedMs) => [
      `INSERT INTO ${table} (version, description, success, checksum, execution_time) VALUES (${integer(migration.version)}, ${literal(migration.name.replaceAll("_", " "))}, true, decode(${literal(migration.frameworkChecksum ?? "")}, 'hex'), ${Math.round(elapsedMs * 1e6)})`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${integer(migration.version)}`],
    checksum: (migration) => migration.frameworkChecksum ?? null,
  };
}
