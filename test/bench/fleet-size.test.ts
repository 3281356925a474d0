import { appendFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { GrownFleet, type Kind } from "./fleet-size/grown-fleet.js";

const SIZES = (process.env.SCHEMA_GATE_BENCH_TENANTS ?? "10,100").split(",").map(Number);
/** Each database is a folder of some 300 files. */
const MOST_DATABASES = 1000;
/** A file for `fleet-size/plot.mjs`, one line of JSON a measurement; none by default. */
const RESULTS = process.env.SCHEMA_GATE_BENCH_RESULTS;

const CASES = (["databases", "schemas"] as const satisfies readonly Kind[]).flatMap((kind) =>
  SIZES.filter((size) => kind === "schemas" || size <= MOST_DATABASES).map((size) => [kind, size] as const),
);

describe("a fleet of tenants that are", () => {
  it.each(CASES)("%s, %i of them, is read and rolled out", { timeout: 3_600_000 }, async (kind, tenants) => {
    const fleet = await GrownFleet.create(kind, tenants);
    try {
      const read = await fleet.command(["inspect", "--no-declared", "--json"]);
      const again = await fleet.command(["inspect", "--no-declared", "--json"]);
      const gates = await fleet.command(["run", "--no-wait"], [0, 4]);
      await fleet.command(["approve"]);
      const rollout = await fleet.command(["resume"]);
      const wave = fleet.between("wave.started", "wave.finished");
      const figures = Object.entries({ read, again, gates, rollout }).map(([what, { ms, peak }]) => [
        what,
        { ms, peak },
      ]);
      const line = { kind, tenants, ...Object.fromEntries(figures), wave };
      console.log(JSON.stringify(line));
      if (RESULTS !== undefined) appendFileSync(RESULTS, `${JSON.stringify(line)}\n`);
      expect(wave).toBeGreaterThan(0);
    } finally {
      await fleet.destroy();
    }
  });
});
