import { expect, it } from "vitest";
import { nextSize } from "../../../lib/core/backfill/batch-size.js";

it.each<readonly [size: number, ms: number, next: number]>([
  [200, 0, 800],
  [200, 5, 800],
  [200, 50, 400],
  [1000, 200, 1000],
  [1000, 300, 667],
  [1000, 2000, 250],
  [800_000, 10, 1_000_000],
  [40, 300, 40],
  [40, 5000, 10],
])("%i rows in %i ms of 200 are followed by %i", (size, ms, next) => {
  expect(nextSize(size, ms, 200)).toBe(next);
});
