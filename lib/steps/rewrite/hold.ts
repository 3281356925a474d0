import { LOCK_MODES, type LockMode } from "../../core/postgres/lock-modes.js";
import type { ProvedStatement } from "../proof/proof.js";

/** What running statements blocked others from, as seen on a clone. */
export interface Hold {
  /** The strongest lock seen on an existing table; null for none. */
  readonly strongest: LockMode | null;
  /** False if a statement ran outside a transaction: it released its locks before they could be seen. */
  readonly watched: boolean;
  /** The longest that writers of one table waited. Milliseconds; 0 if they did not. */
  readonly writersMs: number;
  /** The longest that its readers did. */
  readonly readersMs: number;
}

const STOPS_WRITERS = LOCK_MODES.indexOf("ShareLock");
const STOPS_READERS = LOCK_MODES.indexOf("AccessExclusiveLock");

/** `existing`: names of the tables that existed before; nobody waits for others. */
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
