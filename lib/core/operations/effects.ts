import type { CatalogIndex, TableRef } from "../catalog/lookup.js";
import { sameTable } from "../catalog/tables.js";
import { LOCK_MODES, type LockMode, type TableLock } from "../postgres/lock-modes.js";
import { LOCKS } from "../postgres/locks.js";
import type { QualifiedName } from "../sql/qualified-name.js";
import type { Effects } from "./operation.js";
import { resolveTable } from "./resolve.js";

/** Effects without a rewrite or a scan unless given. */
export function effects(locks: readonly TableLock[], more: Partial<Omit<Effects, "locks">> = {}): Effects {
  return { locks: strongest(locks), rewrites: [], scans: [], ...more };
}

export const NO_EFFECTS: Effects = { locks: [], rewrites: [], scans: [] };

export function lock(table: TableRef, mode: LockMode): TableLock {
  return { table, mode };
}

/** AccessShareLock on everything that a query reads. */
export function readLocks(reads: readonly QualifiedName[], before: CatalogIndex): TableLock[] {
  return reads.map((name) => lock(resolveTable(name, before), LOCKS["read rows"]));
}

/** One entry per table, the strongest. */
function strongest(locks: readonly TableLock[]): readonly TableLock[] {
  const kept: TableLock[] = [];
  for (const each of locks) {
    const at = kept.findIndex((known) => sameTable(known.table, each.table));
    const known = kept[at];
    if (!known) kept.push(each);
    else if (LOCK_MODES.indexOf(each.mode) > LOCK_MODES.indexOf(known.mode)) kept[at] = each;
  }
  return kept;
}
