import type { CatalogObject } from "../catalog/catalog.js";
import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import type { Requirement } from "../contract/contract.js";
import type { Guard } from "../sql/plpgsql.js";
import type { Statement } from "../sql/statement.js";

/** Table-level lock modes in ascending strength (PostgreSQL manual, "Explicit Locking"). */
export const LOCK_MODES = [
  "AccessShareLock",
  "RowShareLock",
  "RowExclusiveLock",
  "ShareUpdateExclusiveLock",
  "ShareLock",
  "ShareRowExclusiveLock",
  "ExclusiveLock",
  "AccessExclusiveLock",
] as const;
export type LockMode = (typeof LOCK_MODES)[number];

export interface TableLock {
  readonly table: TableRef;
  readonly mode: LockMode;
}

/**
 * `inside`: any transaction will do. `outside`: PostgreSQL refuses it in a transaction block.
 * `own`: allowed inside, but its effect may be used only after commit.
 */
export type Transactionality = "inside" | "outside" | "own";

/** What running an operation does to the tables around it, given the schema before it. */
export interface Effects {
  readonly locks: readonly TableLock[];
  readonly transactionality: Transactionality;
  /** Tables whose heap is written anew. */
  readonly rewrites: readonly TableRef[];
  /** Tables that are read in full while the lock is held. */
  readonly scans: readonly TableRef[];
}

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
  /** The rows that the copy takes, as a query: what it would weigh is known before it is made. */
  readonly rows: string;
  /** What making it takes of the table, until the commit. */
  readonly locks: readonly TableLock[];
  /** Run before the statement. */
  readonly before: readonly string[];
  /** Run after it: reduces the copy to what the statement changed. */
  readonly after: readonly string[];
}

/**
 * The way back, given the schema before.
 *
 * `exact` restores schema and rows; `lossy` does so too when everything in `keep` was copied before the operation ran,
 * because its statements put the copies back; `impossible` says why.
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

/** One DDL change as plain data. Each kind extends this with its own fields. */
export interface OperationData {
  readonly kind: string;
  /** The statement that it came from; several operations may share one. */
  readonly statement: Statement;
  /** For an operation inside a DO block: what decides whether it takes place; empty when nothing does. */
  readonly guards?: readonly Guard[];
}

/** The contract that every file of this folder fulfils for its kind. */
export interface OperationType<O extends OperationData> {
  readonly kind: O["kind"];
  effects(operation: O, before: CatalogIndex): Effects;
  inverse(operation: O, before: CatalogIndex): Inverse;
  /**
   * Of an operation that drops tables or what stands on them: the objects that it names, as they are before, and those that go with
   * them of necessity. Empty when they are not there. What one statement drops is put back together.
   */
  dropped?(operation: O, before: CatalogIndex): readonly CatalogObject[];
  /** What must hold before it can run, and what holds after it ran. */
  requirements(operation: O, before: CatalogIndex): readonly Requirement[];
}
