import { describe, expect, it } from "vitest";
import { type Simulation, simulate } from "./scale/simulate.js";

/** Step Functions: 256 KiB of input or output of a state, 25,000 events per execution (Service quotas, "State throttling" and "Executions"). */
const LARGEST_STATE = 256 * 1024;
const MOST_EVENTS = 25_000;

const FLEETS: readonly Simulation[] = [
  { tenants: 250, hosts: 5, connections: 4, maxWave: 100 },
  { tenants: 10_000, hosts: 40, connections: 8, maxWave: 100 },
  { tenants: 100_000, hosts: 400, connections: 8, maxWave: 250 },
];

describe("the planning and the tally of a fleet in memory", () => {
  it.each(FLEETS)("$tenants tenants on $hosts hosts fit into an execution", { timeout: 600_000 }, async (fleet) => {
    const started = performance.now();
    const found = await simulate(fleet);
    const heap = Math.round(process.memoryUsage().heapUsed / 2 ** 20);
    console.log(
      JSON.stringify({ ...fleet, ...found, seconds: Math.round((performance.now() - started) / 100) / 10, heap }),
    );
    expect(found.findings).toEqual([]);
    expect(found.stateBytes).toBeLessThan(LARGEST_STATE);
    expect(found.events).toBeLessThan(MOST_EVENTS);
    expect(found.childEvents).toBeLessThan(MOST_EVENTS);
    // Once for every batch and a few times for every host, whatever the number of hosts.
    expect(found.tallyReads).toBeLessThan(4 * found.batches + 4 * fleet.hosts + 100);
  });

  it("refuses 100,000 tenants in waves of 100, whose history would be full before the end", async () => {
    const found = await simulate({ tenants: 100_000, hosts: 400, connections: 8, maxWave: 100 });
    expect(found.findings).toEqual(["load.too-many-waves"]);
    expect(found.events).toBeGreaterThan(MOST_EVENTS);
  }, 600_000);
});
