import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seeAll } from "../../support/faults/account.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { until } from "../../support/fleet.js";

/** The canary, then two tenants, then the three others: the fault is in the second wave. */
const WAVES = { canary: 1, growth: 2 };
const STRUCK = "t001";

interface Breaker {
  readonly rollout: Readonly<Record<string, unknown>>;
  /** Brings the fault about while the rollout works, and resolves when it is over. */
  strike(fleet: FaultFleet, rollout: () => Promise<unknown>): Promise<void>;
  readonly reason: RegExp;
  /** What the struck tenant has at the end of its wave. */
  readonly struck: "old" | "new";
}

const BREAKERS: Readonly<Record<string, Breaker>> = {
  "failure rate": {
    rollout: { failureRate: 0.4 },
    async strike(fleet, rollout) {
      // The release inserts a row, for which there is no number left.
      const last = "select setval(pg_get_serial_sequence('app.marks', 'id'), 2147483647)";
      await fleet.inDatabase(STRUCK, (client) => client.query(last));
      await rollout();
    },
    reason: /1 of 2 tenants failed, more than the 40 % allowed/,
    struck: "old",
  },
  "lock wait": {
    rollout: { maxLockWaitMs: 200 },
    async strike(fleet, rollout) {
      await fleet.inDatabase(STRUCK, async (client) => {
        await client.query("begin; lock table app.items in access share mode");
        const waiting = "select from pg_locks where not granted and relation = 'app.items'::regclass";
        const waits = async () => (await client.query(waiting)).rowCount === 1;
        const done = rollout();
        await until(waits, "the migration waits for the table");
        await until(async () => !(await waits()), "the migration gives up for the first time");
        await client.query("rollback");
        await done;
      });
    },
    reason: /waited \d+ ms for a lock/,
    struck: "new",
  },
  "health query": {
    rollout: { health: { query: `select current_database() <> '${STRUCK}' as healthy, 'queue is long' as reason` } },
    strike: async (_, rollout) => void (await rollout()),
    reason: /the health query failed: t001: queue is long/,
    struck: "new",
  },
};

const POLICIES = ["halt", "rollback wave", "rollback all"] as const;
const CASES = Object.keys(BREAKERS).flatMap((breaker) => POLICIES.map((policy) => [breaker, policy] as const));

describe("each breaker with each policy", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(6);
  });
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.clear());

  it.each(CASES)("%s, %s", async (name, onFailure) => {
    const breaker = BREAKERS[name];
    if (!breaker) throw new Error(`there is no breaker ${name}`);
    fleet.writeConfig({ ...WAVES, ...breaker.rollout, onFailure });
    await fleet.approve();
    const ends: { code: number; stdout: string }[] = [];
    await breaker.strike(fleet, async () => ends.push(await fleet.command(["resume", "--json"])));

    const [end] = ends;
    expect(end?.code).toBe(1);
    expect(JSON.parse(end?.stdout ?? "").reason).toMatch(breaker.reason);
    const kept = { canary: onFailure !== "rollback all", wave: onFailure === "halt" };
    const wave = kept.wave ? [breaker.struck, "new"] : ["old", "old"];
    const expected = [kept.canary ? "new" : "old", ...wave, "old", "old", "old"];
    const seen = [...(await seeAll(fleet))].sort().map(([, one]) => one);
    expect(seen.map(({ kind }) => kind)).toEqual(expected);
    expect(seen.some(({ twice, lost }) => twice || lost)).toBe(false);
    expect(fleet.outcome()).toBe(onFailure === "rollback all" ? "rolled back" : "halted");

    const trail = fleet.trail();
    const opened = trail.find(({ action }) => action === "breaker.opened");
    expect(opened).toMatchObject({
      subject: { name: "wave 2" },
      details: { reason: expect.stringMatching(breaker.reason) },
    });
    const rollback = trail.filter(({ action }) => action.startsWith("rollback.")).map(({ action }) => action);
    expect(rollback).toEqual(onFailure === "halt" ? [] : ["rollback.started", "rollback.finished"]);
  });
});
