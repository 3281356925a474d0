import { systemClock } from "../../lib/adapters/local/system-clock.js";
import type { Environment } from "../environment.js";

/** When one invocation must end. */
export interface TimeLimit {
  /** Aborted at the deadline. */
  readonly stop: AbortSignal;
  /** On the system clock's `monotonic()`; null if nothing ends it. */
  readonly deadline: number | null;
}

export interface RunningLimit extends TimeLimit {
  /** Clears the timer, which would otherwise outlive the invocation. */
  release(): void;
}

/** `remaining`: milliseconds that Lambda gives the invocation. */
export function timeLimit(
  environment: Pick<Environment, "SCHEMA_GATE_RESERVE_MS" | "SCHEMA_GATE_TIME_LIMIT_MS">,
  remaining: number,
): RunningLimit {
  const { SCHEMA_GATE_TIME_LIMIT_MS: most = remaining, SCHEMA_GATE_RESERVE_MS: reserve } = environment;
  const ms = Math.max(0, Math.min(remaining - reserve, most));
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), ms);
  return {
    stop: controller.signal,
    deadline: systemClock.monotonic() + ms,
    release: () => clearTimeout(timer),
  };
}
