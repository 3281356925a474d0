import { setTimeout as delay } from "node:timers/promises";
import type { ExecutionState } from "../../adapters/aws/describe-execution.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Io } from "../io.js";
import type { Phase } from "../run/phase-of.js";
import { onInterrupt } from "../run/signals.js";
import { Progress } from "../terminal/progress.js";

const EVERY_MS = 2000;

export interface Followed {
  readonly state: ExecutionState;
  /** Why it is no longer followed; null if the execution ended. */
  readonly stopped: "interrupted" | "waiting for approval" | null;
}

/** Shows how far an execution is, until it ends or the person stops watching. The execution itself continues. */
export async function followExecution(
  io: Io,
  phaseNow: () => Promise<Phase>,
  look: () => Promise<ExecutionState>,
  wait: boolean,
): Promise<Followed> {
  const progress = new Progress(io, () => systemClock.monotonic());
  const gone = new AbortController();
  const forget = onInterrupt(io, () => gone.abort());
  let shown: Phase | null = null;
  try {
    for (;;) {
      const state = await look();
      if (state.status !== "RUNNING") return { state, stopped: null };
      if (gone.signal.aborted) return { state, stopped: "interrupted" };
      const phase = await phaseNow();
      if (phase.title !== shown?.title) progress.start(phase.title, phase.total);
      progress.advance(phase.done - (phase.title === shown?.title ? shown.done : 0));
      shown = phase;
      if (phase.title === "Approval" && !wait) return { state, stopped: "waiting for approval" };
      await delay(EVERY_MS, undefined, { signal: gone.signal }).catch(() => {});
    }
  } finally {
    progress.end();
    forget();
  }
}
