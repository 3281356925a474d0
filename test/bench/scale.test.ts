import { describe, expect, it } from "vitest";
import type { Fleet } from "./scale/run-in-memory.js";
import { planned, type Simulated, simulate } from "./scale/simulate.js";

/** Step Functions: 256 KiB of input or output of a state, 25,000 events per execution (Service quotas, "State throttling" and "Executions"). */
const LARGEST_STATE = 256 * 1024;
const MOST_EVENTS = 25_000;

const FLEETS: readonly Fleet[] = [
  { tenants: 250, hosts: 5, connections: 4, maxWave: 100 },
  { tenants: 10_000, hosts: 40, connections: 8, maxWave: 100 },
  { tenants: 100_000, hosts: 400, connections: 8, maxWave: 250 },
];

async function played(fleet: Fleet): Promise<Simulated> {
  const started = performance.now();
  const found = await simulate(fleet);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(JSON.stringify({ ...fleet, ...found, seconds }));
  return found;
}

describe("a run over a fleet in memory", () => {
  it.each(FLEETS)("$tenants tenants on $hosts hosts fit into an execution", { timeout: 3_600_000 }, async (fleet) => {
    const found = await played(fleet);
    expect(found.findings).toEqual([]);
    expect(found.stateBytes).toBeLessThan(LARGEST_STATE);
    expect(found.events).toBeLessThan(MOST_EVENTS);
    expect(found.childEvents).toBeLessThan(MOST_EVENTS);
  });

  it("asks S3 in proportion to its tenants: 1,000, 10,000 and 100,000", { timeout: 3_600_000 }, async () => {
    const each: number[] = [];
    for (const tenants of [1000, 10_000, 100_000]) {
      const { reads, writes, earlyWave, lateWave } = await played({
        tenants,
        hosts: 40,
        connections: 8,
        maxWave: 250,
      });
      each.push((reads + writes) / tenants);
      // Where in the rollout a wave is makes no difference.
      expect(lateWave).toBeLessThan(1.05 * earlyWave);
    }
    const [first = 0, ...larger] = each;
    for (const one of larger) expect(one).toBeLessThan(1.05 * first);
  });

  it("refuses 100,000 tenants in waves of 100, whose history would be full before the end", () => {
    const found = planned({ tenants: 100_000, hosts: 400, connections: 8, maxWave: 100 });
    expect(found.findings).toEqual(["load.too-many-waves"]);
    expect(found.events).toBeGreaterThan(MOST_EVENTS);
  }, 60_000);
});
