import { describe, expect, it } from "vitest";
import { backfillPolicySchema, governorPolicy } from "../../../lib/core/config/backfill-policy.js";
import { decide, type Figures, lagBehind } from "../../../lib/core/rollout/governor.js";

const CALM: Figures = {
  lagMs: 0,
  walPerSecond: 1000,
  slotBytes: 0,
  oldestMs: 10,
  waiting: 0,
  unhealthy: null,
};
const policy = (given: object) => governorPolicy(backfillPolicySchema.parse(given));
const EVERY = { lag: "1s", wal: "1MB", slots: "1GB", transaction: "1min", waiting: 4 };

describe("whether a host takes another batch", () => {
  it.each<readonly [string, Partial<Figures>, string, RegExp]>([
    ["nothing is near its limit", {}, "go", /WAL a second 1 kB of 1 MB/],
    ["lag is half of its limit", { lagMs: 500 }, "slow", /replica lag 0\.5 s of 1\.0 s/],
    ["lag is at its limit", { lagMs: 1000 }, "pause", /replica lag 1\.0 s of 1\.0 s/],
    ["WAL is beyond its limit", { walPerSecond: 3 * 2 ** 20 }, "pause", /WAL a second 3 MB of 1 MB/],
    ["a slot holds WAL back", { slotBytes: 2 ** 30 }, "pause", /replication slot 1 GB of 1 GB/],
    ["a transaction is old", { oldestMs: 61_000 }, "pause", /oldest transaction 61\.0 s/],
    ["sessions wait", { waiting: 3 }, "slow", /sessions waiting for locks 3 of 4/],
    ["the health query says no", { unhealthy: "queue is full" }, "pause", /queue is full/],
    ["one is slow and another beyond", { waiting: 2, lagMs: 5000 }, "pause", /replica lag/],
    ["there is no replica", { lagMs: null, slotBytes: null }, "go", /WAL a second 1 kB/],
    ["a figure with a limit is hidden", { waiting: null }, "pause", /cannot be seen/],
    ["the age of transactions with a limit is hidden", { oldestMs: null }, "pause", /grant pg_monitor/],
  ])("%s", (_, figures, pace, why) => {
    const decision = decide({ ...CALM, ...figures }, policy(EVERY));
    expect(decision.pace).toBe(pace);
    expect(decision.why).toMatch(why);
  });

  it("asks for nothing that is hidden where nobody has set a limit", () => {
    expect(decide({ ...CALM, oldestMs: null, waiting: null }, policy({})).pace).toBe("go");
    expect(decide({ ...CALM, lagMs: 10_001 }, policy({})).pace).toBe("pause");
  });

  it("takes a limit of 0 for none at all", () => {
    expect(decide({ ...CALM, waiting: 1 }, policy({ waiting: 0 })).pace).toBe("pause");
    expect(decide(CALM, policy({ waiting: 0 }))).toMatchObject({ pace: "go", why: "every figure is within its limit" });
  });

  it("refuses limits that cannot be read", () => {
    for (const bad of [{ lag: "soon" }, { wal: "much" }, { waiting: -1 }, { vacuum: 0 }, { lags: "1s" }])
      expect(backfillPolicySchema.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
  });
});

describe("how far a replica is behind", () => {
  const marks = [1, 2, 3, 4].map((n) => ({ at: n * 1000, wal: n * 100 }));
  const now = { at: 5000, wal: 500 };

  it.each([
    ["it has all", 500, 7000, 0],
    ["it stands between two marks: since the later", 250, null, 2000],
    ["it stands at a mark: since the next", 300, null, 1000],
    ["it is just behind", 450, null, 0],
    ["it stood before all marks: since the first, at least", 50, null, 4000],
    ["its own word counts where it says more", 450, 900, 900],
    ["its own word stands still while it does", 150, 10, 3000],
  ])("%s", (_, replayed, said, lag) => {
    expect(lagBehind(marks, now, replayed, said)).toBe(lag);
  });
});
