import { expect, it } from "vitest";
import { backfillLine, backfillLines } from "../../lib/cli/run/backfill-lines.js";

const WORKING = {
  tenant: "acme",
  rows: 12_000,
  total: 50_000,
  rowsPerSecond: 3400,
  leftMs: 11_000,
  pace: "slow",
  why: "replica lag 0.6 s of 1.0 s",
} as const;

it("says rows, rate, the deciding figure and the time left of a tenant", () => {
  expect(backfillLine(WORKING)).toBe(
    "acme: backfill 12,000 rows of 50,000 rows, 3,400 rows/s, slow (replica lag 0.6 s of 1.0 s), about 11.0 s left",
  );
});

it("says no total and no time that nobody knows", () => {
  expect(backfillLine({ ...WORKING, total: null, leftMs: null, pace: "go" })).toBe(
    "acme: backfill 12,000 rows, 3,400 rows/s, go",
  );
});

it("has a line for each tenant at work, and one for all of them", () => {
  const done = { ...WORKING, tenant: "beta", rows: 500, pace: "done", leftMs: 0 } as const;
  expect(backfillLines([WORKING, done])).toEqual([
    backfillLine(WORKING),
    "backfills: 1 of 2 tenants begun are done, 12,500 rows of 100,000 rows changed, 3,400 rows/s now, about 11.2 s left of these",
  ]);
  expect(backfillLines([])).toEqual([]);
});

it("lets no name of a tenant draw on the terminal", () => {
  const line = backfillLine({ ...WORKING, tenant: "a\u001b[2J\nb", why: "x\u001b[2J" });
  expect(line).not.toContain("\u001b");
  expect(line).not.toContain("\n");
});
