import type { TableRef } from "../catalog/lookup.js";

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
