import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { presence, textOrNull } from "./table.js";

/** `_prisma_migrations`. Source: prisma-engines `sql-schema-connector`; a row without an end is a failed one. */
export function prismaLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "_prisma_migrations");
  return {
    id: "prisma",
    table: "_prisma_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT migration_name, checksum, finished_at IS NULL AS incomplete FROM ${table} WHERE rolled_back_at IS NULL`,
    entry: (row) => ({
      version: String(row.migration_name),
      name: null,
      checksum: textOrNull(row.checksum),
      incomplete: row.incomplete === true,
    }),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0)`,
    ],
    record: (migration) => [
      `INSERT INTO ${table} (id, checksum, finished_at, migration_name, applied_steps_count) VALUES (gen_random_uuid()::text, ${literal(migration.frameworkChecksum ?? "")}, clock_timestamp(), ${literal(migration.version)}, 1)`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE migration_name = ${literal(migration.version)}`],
    checksum: (migration) => migration.frameworkChecksum ?? null,
  };
}
