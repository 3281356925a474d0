import { userInfo } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { outlookOutput } from "../../../lib/cli/json/outlook.js";
import { seeAll } from "../../support/faults/account.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";

describe("schema-gate rollback, and dry runs", () => {
  let fleet: FaultFleet;

  beforeAll(async () => {
    fleet = await FaultFleet.create(4);
    fleet.writeConfig({ canary: 1 });
    await fleet.approve();
  });
  afterAll(() => fleet.destroy());
  beforeEach(() => fleet.restore());

  const kinds = async () => [...(await seeAll(fleet))].sort().map(([, { kind, lost }]) => (lost ? "lost" : kind));
  const dryRun = async (...args: string[]) =>
    outlookOutput.parse(JSON.parse((await fleet.command([...args, "--dry-run", "--json"])).stdout));

  it("takes every tenant back with the rows as they were, and says who decided", async () => {
    await fleet.command(["resume"]);
    expect(await kinds()).toEqual(Array(4).fill("new"));
    const back = await fleet.command(["rollback", "--yes", "--json"]);
    expect(back.code, back.stderr).toBe(0);
    expect(await kinds()).toEqual(Array(4).fill("old"));
    expect(fleet.outcome()).toBe("rolled back");
    const trail = fleet.trail();
    expect(trail.find(({ action }) => action === "rollback.started")).toMatchObject({ actor: userInfo().username });
    expect(trail.map(({ action }) => action)).toContain("rollback.finished");
    const verified = await fleet.command(["audit", "verify", fleet.run()]);
    expect(verified.code, verified.stderr).toBe(0);
    expect((await fleet.command(["rollback", "--yes"])).stderr).toContain("no tenant has the release");
  });

  it("takes named tenants back and leaves the others alone", async () => {
    await fleet.command(["resume"]);
    const back = await fleet.command(["rollback", fleet.run(), "--tenant", "t001", "t003", "--yes"]);
    expect(back.code, back.stderr).toBe(0);
    expect(await kinds()).toEqual(["new", "old", "new", "old"]);
    const unknown = await fleet.command(["rollback", "--tenant", "nobody", "--yes"]);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain("there is no tenant nobody");
  });

  it("is decided by an approver who is not the requester, and never without a word", async () => {
    await fleet.command(["resume"]);
    expect(await fleet.command(["rollback"])).toMatchObject({ code: 2 });
    const { username } = userInfo();
    const cases: readonly (readonly [string, string, string])[] = [
      [username, username, "cannot approve it"],
      ["release-pipeline", "somebody-else", "not among the approvers"],
    ];
    for (const [requester, approver, reason] of cases) {
      await fleet.editRequest({ requester, approvers: [{ id: approver }] });
      const refused = await fleet.command(["rollback", "--yes"]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(reason);
    }
    expect(await kinds()).toEqual(Array(4).fill("new"));
  });

  it("shows what run, resume and rollback would do, and touches nothing", async () => {
    const before = fleet.trail().length;
    const waves = (await dryRun("resume")).waves.map(({ name, tenants }) => [
      name,
      tenants.map(({ tenant }) => tenant),
    ]);
    expect(waves).toEqual([
      ["canary", ["t000"]],
      ["wave 2", ["t001", "t002", "t003"]],
    ]);
    await fleet.inDatabase("t002", (client) => client.query("alter table app.items add column rogue int"));
    await fleet.command(["resume"]);
    await fleet.inDatabase("t002", (client) => client.query("alter table app.items drop column rogue"));
    const left = (await dryRun("resume")).waves.flatMap(({ tenants }) => tenants.map(({ action }) => action));
    expect(left).toEqual(["finished", "finished", "go on", "finished"]);
    const back = (await dryRun("rollback")).waves.flatMap(({ tenants }) => tenants);
    expect(back[0]).toEqual({
      tenant: "t000",
      action: "roll back",
      migrations: ["20240202", "20240201"],
      wayBack: "lossy",
      // The release fills the column, so a value that was emptied since counts too: all rows are put aside.
      putAside: {
        tables: [{ table: "app.items", columns: ["extra"], rows: 40, bytes: expect.any(Number) }],
        tooLarge: null,
        stoppedBy: [],
        unknown: null,
      },
    });
    expect(await kinds()).toEqual(["new", "new", "old", "new"]);
    expect(fleet.trail().length).toBeGreaterThan(before);
    const trail = fleet.trail().length;
    await dryRun("rollback");
    expect(fleet.trail()).toHaveLength(trail);
  });

  it("counts in each tenant what was written since, and stops before the first where that is above the limit", async () => {
    await fleet.command(["resume"]);
    const write = (id: string, sql: string) => fleet.inDatabase(id, (client) => client.query(sql));
    await write("t001", "update app.items set extra = 9 where id <= 3");
    const shown = await fleet.command(["rollback", "--dry-run"]);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(
      /t001 {2}roll back 20240202, 20240201 {2}\(lossy\)\n {6}puts aside extra in 40 rows of app\.items \([\d.]+ kB\)\n/,
    );
    expect(shown.stdout).toContain("puts aside extra in 40 rows of app.items");
    const { username } = userInfo();
    await fleet.editRequest({ requester: "release-pipeline", approvers: [{ id: username }], keepLimit: "0" });
    expect(await fleet.command(["rollback", "--dry-run"])).toMatchObject({ code: 1 });
    const refused = await fleet.command(["rollback", "--yes"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /t001: to take back 20240201, [\d.]+ kB would have to be put aside, above rollback\.keepLimit of 0 kB/,
    );
    expect(refused.stderr).toContain("Nothing was taken back.");
    expect(await kinds()).toEqual(Array(4).fill("new"));
    await fleet.editRequest({ requester: "release-pipeline", approvers: [{ id: username }], keepLimit: "1GB" });
    await write("postgres", "alter database t003 rename to elsewhere");
    const uncounted = await fleet.command(["rollback", "--dry-run"]);
    expect(uncounted.code).toBe(3);
    expect(uncounted.stdout).toContain("could not be counted:");
    await write("postgres", "alter database elsewhere rename to t003");
  });

  it("a run that died between its end and its seal is resumed, and sealed", async () => {
    expect((await fleet.command(["resume"])).code).toBe(0);
    fleet.hideArtifact("audit.seal.json");
    expect((await fleet.command(["audit", "verify", fleet.run()])).code).toBe(1);
    const marks = () => fleet.inDatabase("t000", async (client) => (await client.query("table app.marks")).rows);
    const before = await marks();
    const again = await fleet.command(["resume"]);
    expect(again.code, again.stderr).toBe(0);
    const verified = await fleet.command(["audit", "verify", fleet.run()]);
    expect(verified.code, verified.stdout).toBe(0);
    expect(await marks()).toEqual(before);
    expect((await fleet.command(["resume"])).stderr).toContain("has ended: passed");
  });

  it("run --dry-run passes the gates and shows the waves", async () => {
    const { waves } = await dryRun("run");
    expect(
      waves.flatMap(({ tenants }) => tenants.map(({ action, migrations }) => [action, migrations.length])),
    ).toEqual(Array(4).fill(["migrate", 2]));
    expect(await kinds()).toEqual(Array(4).fill("old"));
  });

  it("an approval at the terminal counts only for what the run holds now", async () => {
    await fleet.clear();
    await fleet.command(["run", "--no-wait"]);
    await fleet.writeArtifact("findings/probe.json", [{ code: "probe.added-later" }]);
    const given = await fleet.command(["approve"]);
    expect(given.code).toBe(1);
    expect(given.stderr).toContain("what was shown is not what would run now");
  });

  it("a second rollout of the same tenants is refused while the first works, and goes on when it has ended", async () => {
    const first = fleet.run();
    const asked = await fleet.command(["run", "--no-wait"]);
    expect(asked.stderr).toContain("Waiting for an approval");
    const second = fleet.run();
    await fleet.command(["approve", second]);
    const release = fleet.pretendRollout(first);
    const refused = await fleet.command(["resume", second]);
    expect(refused.code).toBe(3);
    expect(refused.stderr + refused.stdout).toContain(`the run ${first} has been changing tenants of this fleet`);
    const third = await fleet.command(["run", "--no-wait"]);
    expect(third.code).toBe(3);
    expect(third.stderr + third.stdout).toContain("two rollouts at once are refused");
    release();
    const resumed = await fleet.command(["resume", second]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await kinds()).toEqual(Array(4).fill("new"));
  });
});
