import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/** `__diesel_schema_migrations`. Source: diesel `migration_harness.rs`; it keeps neither name nor checksum. */
export function dieselLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "__diesel_schema_migrations");
  return {
    id: "diesel",
    table: "__diesel_schema_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT version FROM ${table}`,
    entry: (row) => done(row.version),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (version varchar(50) PRIMARY KEY NOT NULL, run_on timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)`,
    ],
    record: (migration) => [`INSERT INTO ${table} (version) VALUES (${literal(migration.version)})`],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${literal(migration.version)}`],
    checksum: () => null,
  };
}
