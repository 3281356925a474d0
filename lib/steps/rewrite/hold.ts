import { LOCK_MODES, type LockMode } from "../../core/postgres/lock-modes.js";
import type { ProvedStatement } from "../proof/proof.js";

/** What running statements kept others from, as it was seen on a clone. */
export interface Hold {
  /** The strongest lock that was seen on an existing table; null for none. */
  readonly strongest: LockMode | null;
  /** False where a statement ran outside a transaction: it gave its locks back before they could be seen. */
  readonly watched: boolean;
  /** How long writers of one table waited at most. Milliseconds; 0 where they did not. */
  readonly writersMs: number;
  /** How long its readers did. */
  readonly readersMs: number;
}

const STOPS_WRITERS = LOCK_MODES.indexOf("ShareLock");
const STOPS_READERS = LOCK_MODES.indexOf("AccessExclusiveLock");

/** `existing`: names of the tables that were there before; on others nobody waits. */
export function holdOf(statements: readonly ProvedStatement[], existing: ReadonlySet<string>): Hold {
  const locks = statements.flatMap((each) => each.locks).filter(({ table }) => existing.has(table));
  const strongest = locks.map(({ mode }) => LOCK_MODES.indexOf(mode));
  const longest = (floor: number) =>
    Math.max(
      0,
      ...locks.filter(({ mode }) => LOCK_MODES.indexOf(mode) >= floor).map(({ fromMs, toMs }) => toMs - fromMs),
    );
  return {
    strongest: LOCK_MODES[Math.max(...strongest)] ?? null,
    watched: statements.every(({ transactionality }) => transactionality !== "outside"),
    writersMs: longest(STOPS_WRITERS),
    readersMs: longest(STOPS_READERS),
  };
}
