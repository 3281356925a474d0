import { describe, expect, it } from "vitest";
import { type Governed, governedBy, governedTogether, type TakenDecision } from "../../../lib/core/rollout/governed.js";

const taken = (ms: number, pace: "go" | "slow" | "pause", part: number, figure = "replica lag"): TakenDecision => ({
  ms,
  at: new Date(ms).toISOString(),
  pace,
  figure,
  part,
  why: `${figure} ${part}`,
});

function sumsOf(decisions: readonly TakenDecision[]): readonly Governed[] {
  let before: TakenDecision | null = null;
  let sums: readonly Governed[] = [];
  for (const now of decisions) {
    sums = governedBy(sums, before, now);
    before = now;
  }
  return sums;
}

describe("what a governor decided, in sums", () => {
  it("counts how often, how long and how far a figure held, and nothing while all goes on", () => {
    expect(sumsOf([taken(0, "go", 0.1), taken(100, "go", 0.2)])).toEqual([]);
    const sums = sumsOf([
      taken(0, "go", 0.1),
      taken(100, "slow", 0.6),
      taken(300, "pause", 1.1),
      taken(500, "pause", 3),
      taken(900, "pause", 1),
      taken(1000, "go", 0.4),
      taken(2000, "pause", 1.2),
      taken(2100, "go", 0.2),
    ]);
    expect(sums).toMatchObject([
      { pace: "slow", times: 1, ms: 200, worst: "replica lag 0.6" },
      {
        pace: "pause",
        times: 2,
        ms: 800,
        worst: "replica lag 3",
        from: taken(300, "go", 0).at,
        to: taken(2100, "go", 0).at,
      },
    ]);
  });

  it("has as many sums as there are figures, however often the mind changes", () => {
    const many = Array.from({ length: 10_000 }, (_, n) =>
      taken(n * 10, n % 2 === 0 ? "pause" : "slow", n, n % 3 === 0 ? "replica lag" : "waiting"),
    );
    expect(sumsOf(many)).toHaveLength(4);
    expect(sumsOf(many).reduce((sum, { ms }) => sum + ms, 0)).toBe(99_990);
  });

  it("does not count the time in which no batch asks", () => {
    expect(sumsOf([taken(0, "pause", 1), taken(86_400_000, "go", 0)])).toMatchObject([{ ms: 300_000 }]);
  });

  it("adds what several processes decided for one host", () => {
    const one = sumsOf([taken(0, "pause", 1), taken(100, "go", 0)]);
    const other = sumsOf([taken(50, "pause", 2), taken(250, "slow", 0.5, "waiting")]);
    const whole = { times: 2, ms: 300, worst: "replica lag 2", from: taken(0, "go", 0).at, to: taken(250, "go", 0).at };
    expect(governedTogether([one, other])).toMatchObject([whole, { figure: "waiting", times: 1 }]);
    expect(governedTogether([other, one])).toMatchObject([whole, { figure: "waiting" }]);
  });
});
