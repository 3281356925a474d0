/** Table-level lock modes, weakest first (PostgreSQL manual, "Explicit Locking"). */
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
  readonly table: { readonly schema: string; readonly name: string };
  readonly mode: LockMode;
}
