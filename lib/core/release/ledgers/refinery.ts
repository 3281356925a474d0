import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, integer, presence } from "./table.js";

/** `refinery_schema_history`. Source: refinery_core `traits/mod.rs`; the time is RFC 3339 text, the checksum a decimal number. */
export function refineryLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "refinery_schema_history");
  return {
    id: "refinery",
    table: "refinery_schema_history",
    at: table,
    exists: presence(table),
    read: `SELECT version::text AS version, name, checksum FROM ${table}`,
    entry: (row) => done(row.version, row),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255))`,
    ],
    record: (migration) => [
      `INSERT INTO ${table} (version, name, applied_on, checksum) VALUES (${integer(migration.version)}, ${literal(migration.name)}, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), ${literal(migration.frameworkChecksum ?? "")})`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${integer(migration.version)}`],
    checksum: (migration) => migration.frameworkChecksum ?? null,
  };
}
