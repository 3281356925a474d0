import type { TableRef } from "../catalog/lookup.js";
import type { TableLock } from "../postgres/lock-modes.js";

/** What would be gone for good. */
export interface Loss {
  readonly what: "column" | "table" | "rows" | "precision" | "object";
  readonly name: string;
  readonly reason: string;
}

/** A copy made before a statement so that its inverse can put the rows back. */
export interface Kept {
  /** Unqualified name of the copy in the schema of kept data. */
  readonly name: string;
  /** The table whose rows are copied. */
  readonly table: TableRef;
  /** The rows to copy, as a query: their size is known before the copy is made. */
  readonly rows: string;
  /** The locks that making it takes on the table, until the commit. */
  readonly locks: readonly TableLock[];
  /** Run before the statement. */
  readonly before: readonly string[];
  /** Run after it: reduces the copy to what the statement changed. */
  readonly after: readonly string[];
}

/**
 * The way back, given the schema before.
 *
 * `exact` restores schema and rows; `lossy` does so too if everything in `keep` was copied before the operation ran, because its statements put the
 * copies back; `impossible` says why.
 */
export type Inverse =
  | { readonly class: "exact"; readonly statements: readonly string[] }
  | {
      readonly class: "lossy";
      readonly statements: readonly string[];
      readonly losses: readonly Loss[];
      readonly keep: readonly Kept[];
    }
  | { readonly class: "impossible"; readonly reason: string };
