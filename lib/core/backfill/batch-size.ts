/** Rows of the first batch: small enough for any table, and grown from there. */
export const FIRST_BATCH = 200;
/** On a clone, where the cutting itself must be proved, however few rows there are. */
const LEAST_BATCHES = 5;
/** A batch's fixed cost is not worth more batches: fewer rows than this only when they take far too long. */
const FEW = 50;
const FAR_TOO_LONG = 4;
const LARGEST_BATCH = 1_000_000;
/** A batch is at most this many times as large as the one before: the time of one tells little about the next. */
const MOST_GROWTH = 2;
/** One that took at most this share of its target may be followed by one this many times as large. */
const TINY = 1 / 16;
const TINY_GROWTH = 4;
const MOST_SHRINKING = 0.25;

/** How many rows the first batch walks. `proving`: on a clone. `total`: rows to do; null when they were not counted. */
export function firstSize(proving: boolean, total: number | null): number {
  if (!proving || total === null) return FIRST_BATCH;
  return Math.min(FIRST_BATCH, Math.max(1, Math.floor(total / LEAST_BATCHES)));
}

/** How many rows the next batch walks, after one of `size` rows took `ms`. */
export function nextSize(size: number, ms: number, targetMs: number): number {
  if (size <= FEW && ms > targetMs && ms < FAR_TOO_LONG * targetMs) return size;
  const factor = ms <= 0 ? TINY_GROWTH : targetMs / ms;
  const most = ms <= TINY * targetMs ? TINY_GROWTH : MOST_GROWTH;
  const bounded = Math.min(most, Math.max(MOST_SHRINKING, factor));
  const least = ms < FAR_TOO_LONG * targetMs ? Math.min(size, FEW) : 1;
  return Math.min(LARGEST_BATCH, Math.max(least, Math.round(size * bounded)));
}

/** After a batch that met a lock, a deadlock or its time limit. */
export function smaller(size: number): number {
  return Math.max(1, Math.floor(size / 4));
}
