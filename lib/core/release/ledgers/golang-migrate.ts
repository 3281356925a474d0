import { qualified } from "../../sql/quote.js";
import type { LedgerFormat } from "../ledger.js";
import { integer, presence } from "./table.js";

/** `schema_migrations` with one row: the newest version, and whether it is dirty. Source: golang-migrate `database/postgres`. */
export function golangMigrateLedger(schema: string | null): LedgerFormat {
  const table = qualified(schema, "schema_migrations");
  const replace = (version: string | null) => [
    `DELETE FROM ${table}`,
    ...(version === null ? [] : [`INSERT INTO ${table} (version, dirty) VALUES (${integer(version)}, false)`]),
  ];
  return {
    id: "golang-migrate",
    table: "schema_migrations",
    at: table,
    exists: presence(table),
    read: `SELECT version::text AS version, dirty FROM ${table}`,
    entry: (row) => ({
      version: String(row.version),
      name: null,
      checksum: null,
      incomplete: row.dirty === true,
      upTo: true,
    }),
    create: [`CREATE TABLE IF NOT EXISTS ${table} (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)`],
    record: (migration) => replace(migration.version),
    erase: (_migration, previous) => replace(previous?.version ?? null),
    checksum: () => null,
  };
}
