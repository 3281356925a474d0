import { identifier, literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, integer, presence } from "./table.js";

/**
 * `drizzle.__drizzle_migrations`: hash and journal time of each migration. The migrator only looks at the newest time. Source: drizzle-orm
 * `pg-core/dialect.ts`.
 */
export function drizzleLedger(schema: string | null): LedgerFormat {
  const home = schema ?? "drizzle";
  const table = qualified(home, "__drizzle_migrations");
  return {
    id: "drizzle",
    table: "__drizzle_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT created_at::text AS version, hash FROM ${table}`,
    entry: (row) => done(row.version, { checksum: row.hash }),
    create: [
      `CREATE SCHEMA IF NOT EXISTS ${identifier(home)}`,
      `CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
    ],
    record: (migration) => [
      `INSERT INTO ${table} (hash, created_at) VALUES (${literal(migration.frameworkChecksum ?? "")}, ${integer(migration.version)})`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE created_at = ${integer(migration.version)}`],
    checksum: (migration) => migration.frameworkChecksum ?? null,
  };
}
