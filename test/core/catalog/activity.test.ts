import fc from "fast-check";
import { expect, it } from "vitest";
import { type Activity, trafficBetween } from "../../../lib/core/catalog/activity.js";

const at = (ms: number, transactions: number, server = "1"): Activity => ({ transactions, at: ms, server });

it("is what was counted between two moments, per second", () => {
  expect(trafficBetween(at(0, 1000), at(10_000, 6000))).toBe(500);
});

it("is unknown when the moments do not compare: too close, another server, counters that were set back, one alone", () => {
  expect(trafficBetween(at(0, 0), at(500, 9000))).toBeNull();
  expect(trafficBetween(at(0, 0), at(10_000, 9000, "2"))).toBeNull();
  expect(trafficBetween(at(0, 9000), at(10_000, 12))).toBeNull();
  expect(trafficBetween(undefined, at(10_000, 12))).toBeNull();
});

it("never falls when more was counted", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.integer({ min: 2000, max: 1e7 }), (one, more, ms) => {
      expect(trafficBetween(at(0, 0), at(ms, one + more)) ?? -1).toBeGreaterThanOrEqual(
        trafficBetween(at(0, 0), at(ms, one)) ?? -1,
      );
    }),
  );
});
