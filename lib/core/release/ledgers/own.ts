import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/**
 * Our own ledger: `schema_gate.ledger` in the tenant's database, or `schema_gate_ledger` in the tenant's schema when
 * tenants share a database. The checksum is SHA-256 over the file.
 */
export function ownLedger(schema: string | null): LedgerFormat {
  const table = schema === null ? qualified("schema_gate", "ledger") : qualified(schema, "schema_gate_ledger");
  return {
    id: "schema-gate",
    table: schema === null ? "schema_gate.ledger" : "schema_gate_ledger",
    at: table,
    own: true,
    exists: presence(table),
    read: `SELECT version, name, checksum FROM ${table}`,
    entry: (row) => done(row.version, row),
    create: [
      ...(schema === null ? ["CREATE SCHEMA IF NOT EXISTS schema_gate"] : []),
      `CREATE TABLE IF NOT EXISTS ${table} (version text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), elapsed_ms bigint NOT NULL)`,
    ],
    record: (migration, elapsedMs) => [
      `INSERT INTO ${table} (version, name, checksum, elapsed_ms) VALUES (${literal(migration.version)}, ${literal(migration.name)}, ${literal(migration.up.checksum)}, ${Math.round(elapsedMs)})`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE version = ${literal(migration.version)}`],
    checksum: (migration) => migration.up.checksum,
  };
}
