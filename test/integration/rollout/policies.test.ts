import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seeAll } from "../../support/faults/account.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";

/** Two waves: the canary of 2, then the other 4. */
const WAVES = { canary: 2, growth: 10, attempts: 1 };

describe("what a breaker does", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(6);
  });
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.clear());

  /** Approves with these settings, and makes the release fail in the tenant t004 alone. */
  async function rolledOut(rollout: Readonly<Record<string, unknown>>) {
    fleet.writeConfig({ ...WAVES, ...rollout });
    await fleet.approve();
    const blocker = await fleet.open("t004");
    await blocker.query("begin; lock table app.items in access share mode");
    const end = await fleet.command(["resume", "--json"]);
    await blocker.end();
    const seen = await seeAll(fleet);
    return {
      end,
      kinds: [...seen].sort().map(([, { kind }]) => kind),
      trail: fleet.trail().map(({ action }) => action),
    };
  }

  it("halt: what is migrated stays, and resume migrates the rest", async () => {
    const { end, kinds, trail } = await rolledOut({ onFailure: "halt" });
    expect(end.code, end.stderr).toBe(1);
    expect(kinds).toEqual(["new", "new", "new", "new", "old", "new"]);
    expect(trail).toContain("breaker.opened");
    expect(fleet.outcome()).toBe("halted");
    const again = await fleet.command(["resume", "--json"]);
    expect(again.code, again.stderr).toBe(0);
    expect([...(await seeAll(fleet)).values()].map(({ kind }) => kind)).toEqual(Array(6).fill("new"));
  });

  it("rollback wave: the wave goes back, the canary keeps the release, and resume tries the wave again", async () => {
    const { end, kinds, trail } = await rolledOut({ onFailure: "rollback wave" });
    expect(end.code, end.stderr).toBe(1);
    expect(kinds).toEqual(["new", "new", "old", "old", "old", "old"]);
    expect(trail).toEqual(expect.arrayContaining(["breaker.opened", "rollback.started", "rollback.finished"]));
    expect(fleet.outcome()).toBe("halted");
    const again = await fleet.command(["resume", "--json"]);
    expect(again.code, again.stderr).toBe(0);
    const seen = [...(await seeAll(fleet)).values()];
    expect(seen.map(({ kind, twice, lost }) => [kind, twice, lost])).toEqual(Array(6).fill(["new", false, false]));
  });

  it("rollback all: every wave so far goes back, and the run has ended", async () => {
    const { end, kinds } = await rolledOut({ onFailure: "rollback all" });
    expect(end.code, end.stderr).toBe(1);
    expect(kinds).toEqual(Array(6).fill("old"));
    expect(fleet.outcome()).toBe("rolled back");
    expect((await fleet.command(["resume"])).stderr).toContain("has ended: rolled back");
  });

  it("a failure that the rates tolerate ends as halted, and resume tries that tenant again", async () => {
    const { end, kinds } = await rolledOut({ lockTimeoutRate: 0.5 });
    expect(end.code, end.stderr).toBe(1);
    expect(kinds).toEqual(["new", "new", "new", "new", "old", "new"]);
    const again = await fleet.command(["resume", "--json"]);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout).tenants).toEqual({ total: 6, migrated: 6 });
  });

  it.each([
    ["select false as healthy, 'queue is long' as reason", "the health query failed: t000: queue is long"],
    ["select nothing from nowhere", 'the health query gave no answer: t000: relation "nowhere" does not exist'],
  ])("the health query %s stops the rollout after the canary", async (query, reason) => {
    fleet.writeConfig({ ...WAVES, health: { query } });
    await fleet.approve();
    const end = await fleet.command(["resume", "--json"]);
    expect(end.code, end.stderr).toBe(1);
    expect(JSON.parse(end.stdout).reason).toContain(reason);
    expect([...(await seeAll(fleet)).values()].filter(({ kind }) => kind === "new")).toHaveLength(2);
  });

  it("a health query that is content lets the next wave begin", async () => {
    fleet.writeConfig({ ...WAVES, health: { query: "select count(*) = 40 as healthy from app.items" } });
    await fleet.approve();
    const end = await fleet.command(["resume", "--json"]);
    expect(end.code, end.stderr).toBe(0);
  });
});
