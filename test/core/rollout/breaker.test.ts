import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BreakerInput, breaker } from "../../../lib/core/rollout/breaker.js";

const calm: BreakerInput = {
  policy: { failureRate: 0.05, lockTimeoutRate: 0.1, maxLockWaitMs: 5000 },
  canary: false,
  planned: 100,
  failed: 0,
  unknown: 0,
  lockTimeouts: 0,
  longestLockWaitMs: 0,
  health: { status: "healthy" },
  queries: null,
};

describe("the breaker", () => {
  it("stays closed within the limits", () => {
    expect(breaker(calm)).toEqual({ open: false, reason: "closed" });
    expect(breaker({ ...calm, failed: 5, lockTimeouts: 10, longestLockWaitMs: 5000, health: null }).open).toBe(false);
  });

  it.each<[Partial<BreakerInput>, string]>([
    [{ failed: 6 }, "6 of 100 tenants failed, more than the 5 % allowed"],
    [{ lockTimeouts: 11 }, "11 of 100 tenants could not get a lock, more than the 10 % allowed"],
    [{ longestLockWaitMs: 5001 }, "waited 5001 ms for a lock"],
    [
      { health: { status: "unhealthy", reason: "replication lag 40 s" } },
      "the health query failed: replication lag 40 s",
    ],
    [{ health: { status: "unknown", reason: "timeout" } }, "the health query gave no answer: timeout"],
    [{ queries: { status: "unhealthy", reason: "1 query in t1" } }, "queries of the application fail: 1 query in t1"],
    [{ queries: { status: "unknown", reason: "t1: gone" } }, "the application's queries were not examined: t1: gone"],
    [{ unknown: 1 }, "the state of 1 tenant is unknown"],
    [{ canary: true, failed: 1 }, "1 tenant of the canary failed"],
    [{ canary: true, lockTimeouts: 1 }, "1 tenant of the canary failed"],
    [{ failed: Number.NaN }, "failed"],
  ])("opens on %o", (change, reason) => {
    expect(breaker({ ...calm, ...change })).toEqual({ open: true, reason: expect.stringContaining(reason) });
  });

  it("once open, stays open while the wave goes on", () => {
    const counts = fc.record({
      failed: fc.nat(120),
      unknown: fc.nat(2),
      lockTimeouts: fc.nat(120),
      longestLockWaitMs: fc.nat(9000),
    });
    fc.assert(
      fc.property(counts, counts, fc.boolean(), (now, more, canary) => {
        const later = {
          failed: now.failed + more.failed,
          unknown: now.unknown + more.unknown,
          lockTimeouts: now.lockTimeouts + more.lockTimeouts,
          longestLockWaitMs: now.longestLockWaitMs + more.longestLockWaitMs,
        };
        if (breaker({ ...calm, ...now, canary }).open) expect(breaker({ ...calm, ...later, canary }).open).toBe(true);
      }),
    );
  });
});
