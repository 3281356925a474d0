import { describe, expect, it } from "vitest";
import { type MeasuredStatement, predictLocks } from "../../../lib/core/risk/predict-locks.js";

const mode = "AccessExclusiveLock";
/** A catalog change at 0 that takes the lock, then a scan of another table, then the commit at 100. */
const first: MeasuredStatement = {
  startMs: 0,
  ms: 5,
  locks: [{ table: "a", mode, fromMs: 0, toMs: 100 }],
  tables: [],
};
const scan: MeasuredStatement = { startMs: 10, ms: 80, locks: [], tables: ["b"] };
const later: MeasuredStatement = { startMs: 200, ms: 1000, locks: [], tables: ["b"] };

describe("how long a lock will be held", () => {
  const hold = (scale: (table: string) => number | null) => predictLocks(first, [first, scan, later], scale)[0]?.holdMs;

  it("is what was measured, in a tenant of the same size", () => {
    expect(hold(() => 1)).toBe(100);
  });

  it("grows with the tables that are read until the commit, and with nothing after it", () => {
    expect(hold((table) => (table === "b" ? 10 : 1000))).toBe(100 + 80 * 9);
    expect(hold(() => 0)).toBe(20);
  });

  it("is unknown where a size is", () => {
    expect(hold(() => null)).toBeNull();
    expect(predictLocks(first, [first], () => null)[0]?.holdMs).toBe(100);
  });
});
