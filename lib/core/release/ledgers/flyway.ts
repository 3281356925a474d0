import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { presence, textOrNull } from "./table.js";

/**
 * `flyway_schema_history`. A row of type BASELINE covers every version up to it; an undone or deleted version has a newer row that says so. Source:
 * Flyway documentation, "Flyway schema history table".
 */
export function flywayLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "flyway_schema_history");
  return {
    id: "flyway",
    table: "flyway_schema_history",
    at: table,
    exists: presence(table),
    read: `SELECT version, description, type, checksum::text AS checksum, success FROM (SELECT DISTINCT ON (version) * FROM ${table} WHERE version IS NOT NULL ORDER BY version, installed_rank DESC) AS newest WHERE type <> 'DELETE' AND type NOT LIKE 'UNDO%'`,
    entry: (row) => ({
      version: String(row.version),
      name: textOrNull(row.description),
      checksum: textOrNull(row.checksum),
      incomplete: row.success !== true,
      upTo: row.type === "BASELINE",
    }),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (installed_rank integer NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL)`,
      `CREATE INDEX IF NOT EXISTS flyway_schema_history_s_idx ON ${table} (success)`,
    ],
    record: (migration, elapsedMs) => [
      `INSERT INTO ${table} (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success) SELECT coalesce(max(installed_rank), 0) + 1, ${literal(migration.version)}, ${literal(migration.name.replaceAll("_", " "))}, 'SQL', ${literal(migration.up.file)}, ${Number(migration.frameworkChecksum)}, current_user, ${Math.round(elapsedMs)}, true FROM ${table}`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${literal(migration.version)}`],
    checksum: (migration) => migration.frameworkChecksum ?? null,
  };
}
