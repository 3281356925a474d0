import type { LockMode } from "../postgres/lock-modes.js";
import type { RollbackResult } from "./input.js";

/**
 * The model's numbers, in one place. Each is a probability-like weight in 0…1, or a scale in the unit of its name. They were chosen so that the
 * outages in docs/risk.md are above the default block threshold and everyday releases far below.
 */
export const WEIGHTS = {
  /** A release of one statement with nothing else against it. */
  statement: 0.002,
  /** Blocked statements at which the lock factor is 63 %. */
  blockedStatements: 2000,
  /** Statements per second assumed where none were measured. */
  assumedTraffic: 200,
  /** A quiet minute does not prove a quiet hour. */
  leastTraffic: 5,
  /** Rewritten bytes at which the rewrite factor is 63 %. */
  rewrittenBytes: 8 * 2 ** 30,
  healedDifference: 0.004,
  remainingDifference: 0.03,
  breakingDifference: 0.9,
  probeHit: 0.9,
  opaque: 0.72,
  accepted: 0.15,
  lint: { error: 0.75, warning: 0.004, note: 0 },
  warning: 0.006,
  brokenQuery: 0.75,
  /** One that breaks and that the config accepts. */
  acceptedQuery: 0.02,
  /** Other columns, or a slower plan. */
  changedQuery: 0.01,
  unproved: 0.75,
  /** Hours at which the age factor is 63 % of its ceiling. */
  ageHours: 72,
  ageCeiling: 0.5,
  /** An error finding of any gate. */
  blocking: 0.75,
} as const;

/** How much of a table's traffic a lock mode stops: readers and writers, writers, or only maintenance. */
export const LOCK_WEIGHT: Readonly<Record<LockMode, number>> = {
  AccessShareLock: 0,
  RowShareLock: 0,
  RowExclusiveLock: 0,
  ShareUpdateExclusiveLock: 0.0002,
  ShareLock: 0.4,
  ShareRowExclusiveLock: 0.4,
  ExclusiveLock: 0.5,
  AccessExclusiveLock: 1,
};

export const ROLLBACK_WEIGHT: Readonly<Record<RollbackResult, number>> = {
  exact: 0,
  // The release destroys nothing; only a rollback needs room for copies.
  "kept-since": 0.01,
  kept: 0.06,
  lossy: 0.55,
  impossible: 0.72,
  unproved: 0.75,
};

/** Share of `n` independent pieces that each weigh `weight`; what is not a number counts as the worst. */
export function several(n: number, weight: number): number {
  if (Number.isNaN(n)) return 1;
  return n <= 0 ? 0 : 1 - (1 - weight) ** n;
}

/** Grows from 0 towards 1, reaching 63 % at `scale`; what is not a number counts as the worst. */
export function saturate(amount: number, scale: number): number {
  if (Number.isNaN(amount)) return 1;
  return amount <= 0 ? 0 : 1 - Math.exp(-amount / scale);
}

/** The risk that at least one of several independent things goes wrong. */
export function noisyOr(values: readonly number[]): number {
  return 1 - values.reduce((product, value) => product * (1 - value), 1);
}
