import type { Migration } from "../../migration/release.js";
import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/**
 * Our own ledger: `schema_gate.ledger` in the tenant's database, or `schema_gate_ledger` in the tenant's schema when
 * tenants share a database. The checksum is SHA-256 over the file.
 */
export function ownLedger(schema: string | null): LedgerFormat {
  return ledgerOfOurs({
    id: "schema-gate",
    at: schema === null ? qualified("schema_gate", "ledger") : qualified(schema, "schema_gate_ledger"),
    table: schema === null ? "schema_gate.ledger" : "schema_gate_ledger",
    setup: schema === null ? ["CREATE SCHEMA IF NOT EXISTS schema_gate"] : [],
    checksum: (migration) => migration.up.checksum,
  });
}

interface OursAt extends Pick<LedgerFormat, "id" | "at" | "table"> {
  /** Statements that create its schema. */
  readonly setup: readonly string[];
  checksum(migration: Migration): string;
}

/** A ledger that nobody else writes to. */
export function ledgerOfOurs({ id, at, table, setup, checksum }: OursAt): LedgerFormat {
  return {
    id,
    table,
    at,
    own: true,
    exists: presence(at),
    read: `SELECT version, name, checksum FROM ${at}`,
    entry: (row) => done(row.version, row),
    create: [
      ...setup,
      `CREATE TABLE IF NOT EXISTS ${at} (version text PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(), elapsed_ms bigint NOT NULL)`,
    ],
    record: (migration, elapsedMs) => [
      `INSERT INTO ${at} (version, name, checksum, elapsed_ms) VALUES (${literal(migration.version)}, ${literal(migration.name)}, ${literal(checksum(migration))}, ${Math.round(elapsedMs)})`,
    ],
    erase: (migration) => [`DELETE FROM ${at} WHERE version = ${literal(migration.version)}`],
    checksum,
  };
}
