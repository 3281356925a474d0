import type { Decision } from "./governor.js";

/** For one figure: how often and how long it paused or slowed a host's backfills. There are as many entries as figures, however long the run. */
export interface Governed {
  readonly pace: "slow" | "pause";
  /** Name of the figure that decided. */
  readonly figure: string;
  /** How often it began to. */
  readonly times: number;
  /** Altogether, in milliseconds. */
  readonly ms: number;
  /** The first and the last time, RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** With its figure and its limit, at the moment when it was closest to it or furthest beyond. */
  readonly worst: string;
  /** Its share of the limit, at that moment. */
  readonly part: number;
}

/** A decision, and when. Milliseconds of a clock that never goes back, and RFC 3339. */
export interface TakenDecision extends Decision {
  readonly ms: number;
  readonly at: string;
}

/** A host that no batch asks for this long has no backfill: it is not paused in the meantime. */
const LONGEST_MS = 300_000;

/** The sums after one more decision. */
export function governedBy(
  sums: readonly Governed[],
  before: TakenDecision | null,
  now: TakenDecision,
): readonly Governed[] {
  const held = before === null || before.pace === "go" ? null : before;
  const lasted = held === null ? sums : sums.map((sum) => (isOf(sum, held) ? later(sum, held, now) : sum));
  const { pace } = now;
  if (pace === "go") return lasted;
  const goesOn = held !== null && held.pace === pace && held.figure === now.figure;
  const known = lasted.find((sum) => isOf(sum, now));
  if (!known) {
    const { figure, at, why, part } = now;
    return [...lasted, { pace, figure, times: 1, ms: 0, from: at, to: at, worst: why, part }];
  }
  const worse = now.part > known.part ? { worst: now.why, part: now.part } : {};
  const next = { ...known, ...worse, times: known.times + (goesOn ? 0 : 1), to: now.at };
  return lasted.map((sum) => (sum === known ? next : sum));
}

function isOf(sum: Governed, { pace, figure }: Decision): boolean {
  return sum.pace === pace && sum.figure === figure;
}

function later(sum: Governed, held: TakenDecision, now: TakenDecision): Governed {
  return { ...sum, ms: sum.ms + Math.max(0, Math.min(LONGEST_MS, now.ms - held.ms)), to: now.at };
}

/** The sums of several processes that governed one host. */
export function governedTogether(each: readonly (readonly Governed[])[]): readonly Governed[] {
  const sums: Governed[] = [];
  for (const one of each.flat()) {
    const at = sums.findIndex(({ pace, figure }) => pace === one.pace && figure === one.figure);
    const known = sums[at];
    if (!known) {
      sums.push(one);
      continue;
    }
    const { worst, part } = one.part > known.part ? one : known;
    sums[at] = {
      ...known,
      times: known.times + one.times,
      ms: known.ms + one.ms,
      from: one.from < known.from ? one.from : known.from,
      to: one.to > known.to ? one.to : known.to,
      worst,
      part,
    };
  }
  return sums;
}
