import { setTimeout as delay } from "node:timers/promises";
import type { Ports } from "../../ports/ports.js";
import { liveOf } from "../../review/live-of-run.js";
import type { ReviewModel } from "../../review/model.js";
import { reviewModelOf } from "../../review/model-of-run.js";
import { artifact } from "../../steps/run/records.js";

/** A page that has not asked for this long is closed. Milliseconds. */
const GONE_MS = 3000;
/** How long, at most, the end of a run waits for open pages. */
const LONGEST_MS = 2000;
const POLL_MS = 50;

/** The open pages, so that each is told how the run ended before there is nobody left to ask. */
export class Watchers {
  private readonly last = new Map<string, number>();

  constructor(private readonly now: () => number) {}

  /** A page has been told how the run is doing. */
  told(page: string): void {
    this.last.set(page, this.now());
  }

  /** Resolves when every open page has asked once more; immediately if there is none. */
  async untilTold(): Promise<void> {
    const began = this.now();
    const open = [...this.last].filter(([, at]) => began - at < GONE_MS).map(([page]) => page);
    const untold = () => open.some((page) => (this.last.get(page) ?? 0) < began);
    while (untold() && this.now() - began < LONGEST_MS) await delay(POLL_MS);
  }
}

/** Reading takes no more than this share of the time, however many pages ask. */
const MOST_SHARE = 0.1;

/** The page's model for pages that poll: the gates' findings are read once, what changes is read only as often as is cheap. */
export function liveModels(ports: Ports): (run: string) => Promise<ReviewModel | null> {
  let gates: ReviewModel | null = null;
  let reading: Promise<ReviewModel | null> | null = null;
  let fresh = 0;
  const read = async () => {
    gates ??= await reviewModelOf(ports);
    const began = ports.clock.monotonic();
    const model = gates && { ...gates, ...(await liveOf(ports)) };
    const ended = ports.clock.monotonic();
    fresh = ended + (ended - began) / MOST_SHARE;
    return model;
  };
  let known: ReviewModel | null = null;
  return async (run) => {
    if (run !== ports.run) return null;
    const ended = known?.outcome === null && (await ports.artifacts.has(artifact.outcome));
    if (known !== null && !ended && ports.clock.monotonic() < fresh) return known;
    reading ??= read().finally(() => {
      reading = null;
    });
    known = await reading;
    return known;
  };
}
