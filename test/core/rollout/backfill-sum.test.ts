import { expect, it } from "vitest";
import { backfillSum } from "../../../lib/core/rollout/backfill-sum.js";

const one = { rows: 100, total: 400, rowsPerSecond: 50, pace: "go" } as const;

it("adds rows, rates and what is left of the tenants at work", () => {
  const done = { rows: 450, total: 400, rowsPerSecond: 999, pace: "done" } as const;
  expect(backfillSum([one, { ...one, pace: "slow", rowsPerSecond: 10 }, done])).toEqual({
    tenants: { go: 1, slow: 1, pause: 0, done: 1 },
    rows: 650,
    total: 1250,
    rowsPerSecond: 60,
    leftMs: 10_000,
  });
});

it("tells no time that nobody can", () => {
  expect(backfillSum([one, { ...one, total: null }])).toMatchObject({ total: null, leftMs: null, rows: 200 });
  expect(backfillSum([{ ...one, pace: "pause", rowsPerSecond: 0 }])).toMatchObject({ total: 400, leftMs: null });
  expect(backfillSum([])).toEqual({
    tenants: { go: 0, slow: 0, pause: 0, done: 0 },
    rows: 0,
    total: 0,
    rowsPerSecond: 0,
    leftMs: 0,
  });
});
