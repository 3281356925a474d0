import { describe, expect, it } from "vitest";
import type { Rollouts } from "../../lib/ports/rollouts.js";

const SINCE = "2026-11-22T17:00:00.000Z";
const FIRST = { run: "first", since: SINCE };

/** What every port of rollouts keeps. `open` gives an empty place, opened again by each call of what it returns, as by another process. */
export function rolloutsContract(place: string, open: () => Promise<() => Rollouts>): void {
  describe(`rollouts in ${place}`, () => {
    it("let a run enter, and enter again, and show it to others alone", async () => {
      const rollouts = await open();
      expect(await rollouts().begin("first", ["host/a/", "host/b/"], SINCE)).toBeNull();
      expect(await rollouts().begin("first", ["host/b/", "host/c/"], SINCE)).toBeNull();
      expect(await rollouts().other("first", ["host/b/"])).toBeNull();
      expect(await rollouts().other("second", ["host/x/", "host/c/"])).toEqual(FIRST);
      expect(await rollouts().other("second", ["host/a/"])).toBeNull();
    });

    it("refuse a second run over one of the same tenants, and enter nothing of it", async () => {
      const rollouts = await open();
      await rollouts().begin("first", ["host/a/", "host/b/"], SINCE);
      expect(await rollouts().begin("second", ["host/c/", "host/b/"], SINCE)).toEqual(FIRST);
      expect(await rollouts().other("third", ["host/c/"])).toBeNull();
      expect(await rollouts().other("third", ["host/b/"])).toEqual(FIRST);
    });

    it("let runs over other tenants go on side by side, those of one database's schemas included", async () => {
      const rollouts = await open();
      expect(await rollouts().begin("first", ["host/a/one"], SINCE)).toBeNull();
      expect(await rollouts().begin("second", ["host/a/two"], SINCE)).toBeNull();
      expect(await rollouts().begin("third", ["other/a/one"], SINCE)).toBeNull();
    });

    it("forget a run that ended, also one that never began", async () => {
      const rollouts = await open();
      await rollouts().begin("first", ["host/a/"], SINCE);
      await rollouts().end("first");
      await rollouts().end("never");
      expect(await rollouts().begin("second", ["host/a/"], SINCE)).toBeNull();
    });

    it("keep names of runs apart that differ in one sign", async () => {
      const rollouts = await open();
      await rollouts().begin("demo-1.0", ["host/a/"], SINCE);
      await rollouts().end("demo-1_0");
      expect(await rollouts().other("second", ["host/a/"])).toEqual({ run: "demo-1.0", since: SINCE });
    });

    it("let at most one of many that begin at once change a tenant", async () => {
      const rollouts = await open();
      const runs = Array.from({ length: 8 }, (_, index) => `run-${index}`);
      const found = await Promise.all(runs.map((run) => rollouts().begin(run, ["host/a/"], SINCE)));
      const entered = runs.filter((_, index) => found[index] === null);
      expect(entered.length).toBeLessThanOrEqual(1);
      const [winner = null] = entered;
      expect((await rollouts().other("another", ["host/a/"]))?.run ?? null).toBe(winner);
    });
  });
}
