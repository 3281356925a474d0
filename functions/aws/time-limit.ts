import type { Environment } from "../environment.js";

/** Aborts when an invocation has no time left for anything new. */
export interface TimeLimit {
  readonly stop: AbortSignal;
  /** Forgets the timer, which would else outlive the invocation. */
  release(): void;
}

/** `remaining`: milliseconds that Lambda gives the invocation. */
export function timeLimit(
  environment: Pick<Environment, "SCHEMA_GATE_RESERVE_MS" | "SCHEMA_GATE_TIME_LIMIT_MS">,
  remaining: number,
): TimeLimit {
  const { SCHEMA_GATE_TIME_LIMIT_MS: most = remaining, SCHEMA_GATE_RESERVE_MS: reserve } = environment;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(0, Math.min(remaining - reserve, most)));
  return { stop: controller.signal, release: () => clearTimeout(timer) };
}
