import { z } from "zod";

export const breakerPolicySchema = z.strictObject({
  /** Share of a wave's tenants that may fail before the rollout stops; 0 stops at the first failure. */
  failureRate: z.number().min(0).max(1).default(0),
  /** Share of a wave's tenants that may run out of attempts to get a lock. */
  lockTimeoutRate: z.number().min(0).max(1).default(0.1),
  /** The longest that one tenant may wait for a lock in all its attempts, in milliseconds; null for no limit. */
  maxLockWaitMs: z.int().min(1).nullable().default(null),
});

type BreakerPolicy = z.infer<typeof breakerPolicySchema>;

/** What was asked between two waves: the health query, or the application's queries. */
export type Health =
  | { readonly status: "healthy" }
  | { readonly status: "unhealthy"; readonly reason: string }
  | { readonly status: "unknown"; readonly reason: string };

export interface BreakerInput {
  readonly policy: BreakerPolicy;
  /** True for the first wave, which tolerates no failure. */
  readonly canary: boolean;
  /** Tenants of the wave, including those that have not begun. */
  readonly planned: number;
  readonly failed: number;
  /** Tenants whose final state could not be read; not even one is tolerated. */
  readonly unknown: number;
  /** Tenants that gave up waiting for a lock; they are unchanged and may be tried again. */
  readonly lockTimeouts: number;
  readonly longestLockWaitMs: number;
  /** Null when the config names no health query or the wave has not ended. */
  readonly health: Health | null;
  /** Whether the application's queries still work in the first tenants that have the release; null when there is no workload. */
  readonly queries: Health | null;
}

export interface Breaker {
  readonly open: boolean;
  /** Why it opened, or "closed". */
  readonly reason: string;
}

/**
 * Whether the rollout must stop. Rates are shares of the planned wave, not of the tenants tried so far, so that the answer
 * does not depend on the order in which they finish, and once open it stays open for any later count of the same wave.
 */
export function breaker(input: BreakerInput): Breaker {
  const reason = REASONS.map((check) => check(input)).find((answer) => answer !== null);
  return reason === undefined || reason === null ? { open: false, reason: "closed" } : { open: true, reason };
}

const REASONS: readonly ((input: BreakerInput) => string | null)[] = [
  ({ unknown }) => (unknown > 0 ? `the state of ${tenants(unknown)} is unknown` : null),
  ({ canary, failed, lockTimeouts }) =>
    canary && failed + lockTimeouts > 0 ? `${tenants(failed + lockTimeouts)} of the canary failed` : null,
  ({ failed, planned, policy }) =>
    exceeds(failed, planned, policy.failureRate)
      ? `${failed} of ${tenants(planned)} failed, more than the ${percent(policy.failureRate)} allowed`
      : null,
  ({ lockTimeouts, planned, policy }) =>
    exceeds(lockTimeouts, planned, policy.lockTimeoutRate)
      ? `${lockTimeouts} of ${tenants(planned)} could not get a lock, more than the ${percent(policy.lockTimeoutRate)} allowed`
      : null,
  ({ longestLockWaitMs, policy }) =>
    policy.maxLockWaitMs !== null && !(longestLockWaitMs <= policy.maxLockWaitMs)
      ? `a tenant waited ${Math.round(longestLockWaitMs)} ms for a lock, more than the ${policy.maxLockWaitMs} ms allowed`
      : null,
  ({ health }) => (health?.status === "unhealthy" ? `the health query failed: ${health.reason}` : null),
  ({ health }) => (health?.status === "unknown" ? `the health query gave no answer: ${health.reason}` : null),
  ({ queries }) => (queries?.status === "unhealthy" ? `queries of the application fail: ${queries.reason}` : null),
  ({ queries }) =>
    queries?.status === "unknown" ? `the application's queries were not examined: ${queries.reason}` : null,
];

/** Also true when a count is not a number. */
function exceeds(part: number, whole: number, rate: number): boolean {
  return !(part <= rate * whole);
}

function tenants(n: number): string {
  return `${n} ${n === 1 ? "tenant" : "tenants"}`;
}

function percent(rate: number): string {
  return `${Math.round(rate * 1000) / 10} %`;
}
