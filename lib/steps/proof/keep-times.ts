import type { HeldLock, ProvedStatement } from "./proof.js";

/** What keeping rows aside around a statement cost on the clone. */
export interface Keeping {
  /** Milliseconds before the statement and after it. */
  readonly before: number;
  readonly after: number;
  /** Tables that nobody can write to meanwhile, and until the commit. */
  readonly tables: readonly string[];
}

/**
 * The release is watched without copies, because which ones it needs is known only together with the way back; the rollout does make them.
 * Adds their time and their locks, so that the prediction for a tenant is what the rollout will do there.
 */
export function withKeeping(
  statements: readonly ProvedStatement[],
  keepingOf: (statement: ProvedStatement) => Keeping | null,
): readonly ProvedStatement[] {
  const times = statements.map((statement) => ({ statement, keeping: keepingOf(statement) }));
  const spent = (until: (statement: ProvedStatement) => boolean) =>
    times.reduce(
      (sum, { statement, keeping }) => sum + (keeping && until(statement) ? keeping.before + keeping.after : 0),
      0,
    );
  return times.map(({ statement, keeping }) => {
    const start = statement.startMs + spent((other) => other.startMs < statement.startMs);
    const shifted = (lock: HeldLock): HeldLock => ({
      ...lock,
      fromMs: lock.fromMs + (start - statement.startMs) + (keeping?.before ?? 0),
      toMs: lock.toMs + spent((other) => other.startMs < lock.toMs),
    });
    const locks = statement.locks.map(shifted);
    if (!keeping) return { ...statement, startMs: start, locks };
    const ms = keeping.before + statement.ms + keeping.after;
    const toMs = Math.max(start + ms, ...locks.map((lock) => lock.toMs));
    const own = keeping.tables.map(
      (table): HeldLock => ({ table, mode: "ShareRowExclusiveLock", fromMs: start, toMs }),
    );
    return { ...statement, startMs: start, ms, locks: [...own, ...locks], kept: keeping.tables };
  });
}
