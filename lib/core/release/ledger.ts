import type { Migration } from "../migration/release.js";

/** One row of a tenant's ledger. */
export interface LedgerEntry {
  readonly version: string;
  readonly name: string | null;
  /** As the framework stores it; null when it does not store one. */
  readonly checksum: string | null;
  /** True for a migration that began and did not finish (golang-migrate's dirty flag, sqlx's success = false, …). */
  readonly incomplete: boolean;
  /** True when the entry covers every migration up to it: a baseline, or a ledger that keeps only the newest. */
  readonly upTo?: boolean;
}

/** How one framework records what a tenant has. The contract of every file in `ledgers/`. */
export interface LedgerFormat {
  readonly id: string;
  /** Unqualified table name, for messages. */
  readonly table: string;
  /** The table as SQL. */
  readonly at: string;
  /** We created it, and nobody else writes to it. */
  readonly own?: true;
  /**
   * The same ledger in this schema. Set when the framework finds its table along the search_path: then nothing of this format
   * may be executed before its schema is known.
   */
  readonly within?: (schema: string) => LedgerFormat;
  /** Returns one row with one column `present` (boolean). */
  readonly exists: string;
  /** Returns one row per entry, in any order; `entry` converts it to ours. */
  readonly read: string;
  entry(row: Readonly<Record<string, unknown>>): LedgerEntry;
  /** Statements that create the table when it is missing. Idempotent. */
  readonly create: readonly string[];
  /** Statements that record a migration as the framework would; they run in the migration's own transaction. */
  record(migration: Migration, elapsedMs: number): readonly string[];
  /** Statements that remove that record; `previous` is the migration before it in the folder. */
  erase(migration: Migration, previous: Migration | null): readonly string[];
  /** The checksum that the framework stores for a migration, to compare with the ledger's; null when it does not store one. */
  checksum(migration: Migration): string | null;
}
