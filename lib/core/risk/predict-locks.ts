import type { LockMode } from "../postgres/lock-modes.js";
import type { PredictedLock } from "./input.js";

/** A statement as the dry run measured it. Milliseconds on one clock. */
export interface MeasuredStatement {
  readonly startMs: number;
  readonly ms: number;
  readonly locks: readonly {
    readonly table: string;
    readonly mode: LockMode;
    readonly fromMs: number;
    readonly toMs: number;
  }[];
  /** Tables that it read, wrote or rewrote in full: its time grows with them. */
  readonly tables: readonly string[];
}

/**
 * How long each lock of a statement will be held in a tenant whose tables are `scale` times as large as the clone's: the time of every statement from
 * the lock's grant until its commit grows with the tables that it goes through, the rest stays the same. `scale` is null for an unknown size; so is
 * the prediction then.
 */
export function predictLocks(
  statement: MeasuredStatement,
  all: readonly MeasuredStatement[],
  scale: (table: string) => number | null,
): readonly PredictedLock[] {
  return statement.locks.map(({ table, mode, fromMs, toMs }) => {
    const during = all.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
    let holdMs: number | null = toMs - fromMs;
    for (const one of during) {
      const factor = largest(one.tables.map(scale));
      holdMs = holdMs === null || factor === null ? null : holdMs + one.ms * (factor - 1);
    }
    return { table, mode, holdMs: holdMs === null ? null : Math.max(0, holdMs) };
  });
}

function largest(factors: readonly (number | null)[]): number | null {
  if (factors.length === 0) return 1;
  return factors.reduce((most, factor) => (most === null || factor === null ? null : Math.max(most, factor)), 0);
}
