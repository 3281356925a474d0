import fc from "fast-check";
import { expect, it } from "vitest";
import { newRunId } from "../../lib/cli/run/run-id.js";

const MOMENT = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2099, 0, 1) });

it("names a run so that names sort as the moments did", () => {
  fc.assert(
    fc.property(MOMENT, fc.integer({ min: 1, max: 2000 }), (at, later) => {
      const [first, second] = [newRunId(at), newRunId(at + later)];
      expect(first < second, `${first} ${second}`).toBe(true);
      expect(first).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/);
    }),
  );
});
