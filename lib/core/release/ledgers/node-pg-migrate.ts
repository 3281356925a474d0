import { literal, qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { done, presence } from "./table.js";

/** `pgmigrations`, in the order of `run_on`. Source: node-pg-migrate `runner.ts`. */
export function nodePgMigrateLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "pgmigrations");
  return {
    id: "node-pg-migrate",
    table: "pgmigrations",
    at: table,
    exists: presence(table),
    read: `SELECT name FROM ${table}`,
    entry: (row) => done(row.name, { name: row.name }),
    create: [
      `CREATE TABLE IF NOT EXISTS ${table} (id serial PRIMARY KEY, name varchar(255) NOT NULL, run_on timestamp NOT NULL)`,
    ],
    record: (migration) => [
      `INSERT INTO ${table} (name, run_on) VALUES (${literal(migration.version)}, clock_timestamp())`,
    ],
    erase: (migration) => [`DELETE FROM ${table} WHERE name = ${literal(migration.version)}`],
    checksum: () => null,
  };
}
