import type { Known } from "../../known/known.js";
import type { LintStatement } from "../../lint-statement.js";
import type { TableLock } from "../../table-locks.js";
import { atLeast, tableLocks } from "../../table-locks.js";

/** A statement's locks of SHARE or stronger on tables that existed before the release. */
export function strongLocks(statement: LintStatement, known: Known): TableLock[] {
  return tableLocks(statement.node).filter(
    (lock) => atLeast(lock.mode, "ShareLock") && !known.isNew(lock.table, statement),
  );
}
