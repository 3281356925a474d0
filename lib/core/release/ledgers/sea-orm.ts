import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/** `seaql_migrations`. Source: sea-orm-migration `seaql_migrations.rs`; the version is the migration's name, the time in seconds. */
export function seaOrmLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "seaql_migrations");
  return {
    id: "sea-orm",
    table: "seaql_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT version FROM ${table}`,
    entry: (row) => done(row.version),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (version varchar NOT NULL, applied_at bigint NOT NULL, CONSTRAINT seaql_migrations_pkey PRIMARY KEY (version))`,
    ],
    record: (migration) => [
      `INSERT INTO ${table} (version, applied_at) VALUES (${literal(migration.version)}, extract(epoch FROM clock_timestamp())::bigint)`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${literal(migration.version)}`],
    checksum: () => null,
  };
}
