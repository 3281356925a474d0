import type { Definition } from "./gate-on-aws.js";

interface Retrier {
  IntervalSeconds: number;
  MaxDelaySeconds?: number;
}

/** The retriers of the file itself, whose seconds are so many times as short. */
export function retriedFaster({ States }: Definition, times: number): void {
  for (const state of Object.values(States)) {
    for (const retrier of (state.Retry ?? []) as Retrier[]) {
      retrier.IntervalSeconds /= times;
      if (retrier.MaxDelaySeconds !== undefined) retrier.MaxDelaySeconds /= times;
    }
    if (state.ItemProcessor) retriedFaster(state.ItemProcessor, times);
  }
}
