import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/** dbmate's `schema_migrations`, one row per version. Source: dbmate `pkg/driver/postgres`. */
export function dbmateLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "schema_migrations");
  return {
    id: "dbmate",
    table: "schema_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT version FROM ${table}`,
    entry: (row) => done(row.version),
    create: [`CREATE TABLE IF NOT EXISTS ${table} (version varchar PRIMARY KEY)`],
    record: (migration) => [`INSERT INTO ${table} (version) VALUES (${literal(migration.version)})`],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${literal(migration.version)}`],
    checksum: () => null,
  };
}
