import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { seeAll } from "../../support/faults/account.js";
import { FaultFleet } from "../../support/faults/fault-fleet.js";
import { ended, until } from "../../support/fleet.js";

/** Two waves: the canary of 2, then the rest. */
const WAVES = { canary: 2, growth: 10, attempts: 1, maxWave: null };

describe("a fleet that changes", () => {
  let fleet: FaultFleet;
  let spare: string;

  beforeAll(async () => {
    fleet = await FaultFleet.create(6);
    spare = fleet.tenants[5] ?? "";
  });
  afterAll(() => fleet.destroy());
  beforeEach(async () => {
    await fleet.clear();
    fleet.groups = {};
    fleet.writeRegistry();
  });

  const without = (...ids: readonly string[]) => fleet.tenants.filter((id) => !ids.includes(id));
  const kinds = async () => [...(await seeAll(fleet))].sort().map(([, { kind }]) => kind);
  const evidence = () =>
    JSON.parse(readFileSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "evidence.json"), "utf8"));

  it("a tenant that left the registry after the approval is skipped, and the run passes", async () => {
    fleet.writeConfig(WAVES);
    await fleet.approve();
    fleet.writeRegistry(without("t003"));
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain("t003 listed no more: skipped");
    expect(end.stdout).toContain("t003 is no longer in the registry");
    expect(await kinds()).toEqual(["new", "new", "new", "old", "new", "new"]);
    expect(evidence().tenants.find(({ id }: { id: string }) => id === "t003").status).toBe("gone");
    expect(fleet.trail().map(({ action }) => action)).toContain("registry.changed");
    expect((await fleet.command(["status"])).stdout).not.toContain("resume");
  });

  it("a canary that left the registry does not keep the others", async () => {
    fleet.writeConfig({ ...WAVES, canary: 1 });
    await fleet.approve();
    fleet.writeRegistry(without("t000"));
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(await kinds()).toEqual(["old", "new", "new", "new", "new", "new"]);
  });

  it("a tenant that appeared after the approval is named, and the next run takes it alone", async () => {
    fleet.writeConfig(WAVES);
    fleet.writeRegistry(without(spare));
    await fleet.approve();
    fleet.writeRegistry();
    expect((await fleet.command(["status"])).stdout).toMatch(/about \S+ m?s left/);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    const behind = await fleet.command(["status", "--fleet"]);
    expect(behind.code).toBe(1);
    expect(behind.stdout).toMatch(/: 6 tenants, 5 up to date, 1 behind\n {2}t005 {2}lacks /);
    const same = await fleet.command(["diff", "t000", "t001"]);
    expect(same.code, same.stderr).toBe(0);
    expect((await fleet.command(["diff", "t000", spare])).code).toBe(1);
    const said = await fleet.command(["report", "--tenant", "t001"]);
    expect(said.stdout).toMatch(/^t001: migrated\n/);
    expect(end.stdout).toMatch(/tenants {6}5 analyzed, 5 migrated\n/);
    expect(end.stdout).toMatch(/approved by {2}\S+ \(terminal, /);
    expect(end.stderr).toContain(`${spare} appeared: not migrated; schema-gate run does`);
    expect(end.stdout).toContain(`5 of 6: ${spare} appeared after the approval; schema-gate run takes it.`);
    expect((await kinds()).at(-1)).toBe("old");

    await fleet.approve();
    expect(fleet.proofs().map(({ clonedFrom }) => clonedFrom)).toEqual([spare]);
    const next = await fleet.command(["resume", "--json"]);
    expect(next.code, next.stderr).toBe(0);
    expect(JSON.parse(next.stdout).reason).toBe("1 tenant was migrated and verified; 5 had the release already.");
    expect((await kinds()).at(-1)).toBe("new");
  });

  it("a database that was dropped stops the rollout, and is skipped once the registry says so", async () => {
    fleet.writeConfig(WAVES);
    await fleet.approve();
    await fleet.inDatabase("postgres", (client) => client.query(`alter database t004 rename to aside`));
    try {
      const end = await fleet.command(["resume"]);
      expect(end.code, end.stderr).toBe(1);
      expect(end.stderr).toMatch(/Tenant t004 was not migrated: database "t004" does not exist/);
      expect(end.stderr).toContain("take the tenant out of it");
      fleet.writeRegistry(without("t004"));
      const again = await fleet.command(["resume"]);
      expect(again.code, again.stderr).toBe(0);
      expect(again.stdout).toContain("t004 is no longer in the registry");
    } finally {
      await fleet.inDatabase("postgres", (client) => client.query(`alter database aside rename to t004`));
    }
  });

  it("a tenant that cannot be reached is exempt for a while: not read, said, and in the trail", async () => {
    fleet.writeConfig(WAVES);
    const path = join(fleet.directory, "tenants.csv");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(/^t002,.*$/m, "t002,postgres://postgres@127.0.0.1:1/t002,,"),
    );
    const blocked = await fleet.command(["check"]);
    expect(blocked.code).toBe(1);
    exempt(fleet, [{ tenant: "t002", reason: "its server moves", expires: "2099-01-31", by: "ada" }]);
    await fleet.approve();
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain("t002 is exempt.");
    expect(evidence().exempt).toEqual([
      { tenant: "t002", reason: "its server moves", expires: "2099-01-31", by: "ada" },
    ]);
    const told = fleet.trail().find(({ action }) => action === "tenant.exempted");
    expect(told).toMatchObject({ subject: { kind: "tenant", name: "t002" } });
    expect(readFileSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "report.html"), "utf8")).toContain(
      "its server moves",
    );
  });

  it("an exemption that is over, or names nobody, leaves nobody out and is said", async () => {
    fleet.writeConfig(WAVES);
    exempt(fleet, [
      { tenant: "t001", reason: "long ago", expires: "2020-01-31", by: "ada" },
      { tenant: "t999", reason: "a typo", expires: "2099-01-31", by: "ada" },
    ]);
    const end = await fleet.command(["check", "--json"]);
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(end.stdout).tenants.total).toBe(6);
    const codes = evidence().findings.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(expect.arrayContaining(["load.exemption-expired", "load.exemption-unknown"]));
  });

  it("what is exempt is part of what is approved", async () => {
    fleet.writeConfig(WAVES);
    exempt(fleet, [{ tenant: "t002", reason: "its server moves", expires: "2099-01-31", by: "ada" }]);
    await fleet.approve();
    const scope = JSON.parse(
      readFileSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "fleet.json"), "utf8"),
    );
    expect(scope.map(({ id }: { id: string }) => id)).toEqual(without("t002"));
    exempt(fleet, []);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain("exempt changed in schema-gate.yaml: does not count");
    expect((await kinds())[2]).toBe("old");
  });

  it("a run of some tenants reads and migrates those alone", async () => {
    fleet.writeConfig(WAVES);
    const asked = await fleet.command(["run", "--no-wait", "--tenant", "t001", "t002", "--exclude", "t002"]);
    expect(asked.code, asked.stderr).toBe(4);
    await fleet.command(["approve"]);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain("5 tenants were not selected.");
    expect(await kinds()).toEqual(["old", "new", "old", "old", "old", "old"]);
  });

  it.each([
    [["check", "--tenant", "nobody"], "there is no tenant nobody; the tenants are t000, t001"],
    [["check", "--exclude", "nobody"], "there is no tenant nobody"],
    [["run", "--group", "eu"], "no tenant is in the group eu; no tenant has a group"],
    [["check", "--tenant", "t001", "--exclude", "t001"], "no tenant is left"],
    [["inspect", "--group", "eu"], "no tenant is in the group eu"],
    [["run", "--only", "failed"], "there are no runs"],
  ])("%j is refused", async (args, reason) => {
    fleet.writeConfig(WAVES);
    const end = await fleet.command(args);
    expect(end.code, end.stderr).toBe(2);
    expect(end.stderr).toContain(reason);
  });

  it("a tenant that cannot be reached in the rollout is left to later, and the others go on", async () => {
    fleet.writeConfig({ ...WAVES, waitForServer: "0s" });
    await fleet.approve();
    await fleet.inDatabase("postgres", (client) => client.query("alter database t004 allow_connections false"));
    try {
      const end = await fleet.command(["resume"]);
      expect(end.code, end.stderr).toBe(1);
      const others = await fleet.command(["resume", "--exclude", "t004"]);
      expect(others.code, others.stderr).toBe(1);
      expect(fleet.outcome()).toBe("halted");
      expect(others.stdout).toContain("1 tenant of the rollout does not have the release.");
    } finally {
      await fleet.inDatabase("postgres", (client) => client.query("alter database t004 allow_connections true"));
    }
    expect((await kinds()).filter((kind) => kind === "new")).toHaveLength(5);
    const last = await fleet.command(["resume", "--only", "failed"]);
    expect(last.code, last.stderr).toBe(0);
    expect((await kinds()).filter((kind) => kind === "new")).toHaveLength(6);
    expect(fleet.trail().filter(({ action }) => action === "run.resumed").length).toBeGreaterThan(2);
    expect((await fleet.command(["resume"])).stderr).toContain("has ended: passed");
  });

  it("a server that is away for longer than the attempts is waited for", async () => {
    fleet.writeConfig({ ...WAVES, waitForServer: "60s" });
    await fleet.approve();
    await fleet.server.stop();
    const child = fleet.start("dist/bin/schema-gate.js", ["resume"]);
    const resuming = ended(child);
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.stderr?.on("data", (text) => String(text).includes("which does not answer; at most 60 s") && resolve());
    });
    await fleet.startServer();
    const end = await resuming;
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain("which does not answer; at most 60 s");
    expect(await kinds()).toEqual(Array(6).fill("new"));
  });

  it("pause holds a rollout before its first tenant, and resume lets it go on", async () => {
    fleet.writeConfig(WAVES);
    await fleet.approve();
    const paused = await fleet.command(["pause", "--reason", "acme calls"]);
    expect(paused.stdout).toContain("Paused");
    expect((await fleet.command(["pause"])).stdout).toContain("is paused already");
    expect((await fleet.command(["status"])).stdout).toMatch(/paused by .*: acme calls/);
    const end = await fleet.command(["resume"]);
    expect(end.code, end.stderr).toBe(0);
    const actions = fleet.trail().map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["rollout.paused", "rollout.continued"]));
    expect(existsSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "pauses.json"))).toBe(true);
  });

  it("a running rollout that is paused begins no tenant until somebody resumes it", async () => {
    // The one try for the lock must outlast the pause.
    fleet.writeConfig({ ...WAVES, canary: 6, lockTimeout: "50s" }, fleet.directory, 1);
    await fleet.approve();
    const blocker = await fleet.open("t000");
    await blocker.query("begin; lock table app.items in access exclusive mode");
    const resuming = ended(fleet.start("dist/bin/schema-gate.js", ["resume"]));
    const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = 't000'";
    const inHand = () => fleet.inDatabase("postgres", async (client) => (await client.query(waiting)).rows.length > 0);
    await until(inHand, "the first tenant is in hand");
    expect((await fleet.command(["status"])).stdout).toMatch(/ running .* → schema-gate status \S+ --watch/);
    expect((await fleet.command(["approve", "--link"])).stdout).toMatch(/^http:\S+\n$/);
    await fleet.command(["pause"]);
    await blocker.end();
    await until(() => fleet.progress("t000")?.status === "migrated", "the tenant in hand is finished");
    const seen = await kinds();
    expect(seen.filter((kind) => kind === "new").length).toBeLessThan(6);
    const on = await fleet.command(["resume"]);
    expect(on.stdout).toMatch(/goes on, in process \d+/);
    const end = await resuming;
    expect(end.code, end.stderr).toBe(0);
    expect(end.stderr).toContain("The rollout is held: paused by");
    expect(end.stderr).toMatch(/^The page of the rollout: http:/m);
    expect(await kinds()).toEqual(Array(6).fill("new"));
  }, 240_000);

  it("groups go in their order, and one outside of its window waits, visibly", async () => {
    fleet.groups = { t000: "us", t001: "us", t002: "eu", t003: "eu" };
    fleet.writeRegistry();
    const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    const groups = [{ name: "eu" }, { name: "us", window: `${day} 02:00-05:00 Europe/Berlin` }];
    fleet.writeConfig({ canary: 1, growth: 10, groups });
    await fleet.approve();
    const end = await fleet.command(["resume", "--no-wait"]);
    expect(end.code, end.stderr).toBe(4);
    expect(end.stderr).toMatch(
      /The rollout is held: waiting for the window of us, which opens .* 02:00 Europe\/Berlin/,
    );
    expect((await kinds()).map((kind) => kind === "new")).toEqual([false, false, true, true, false, false]);
    expect((await fleet.command(["status"])).stdout).toContain("held: waiting for the window of us");
    expect(fleet.trail().map(({ action }) => action)).toContain("rollout.held");
    const rest = await fleet.command(["resume", "--exclude", "t000", "t001"]);
    expect(rest.code, rest.stderr).toBe(1);
    expect((await kinds()).map((kind) => kind === "new")).toEqual([false, false, true, true, true, true]);
  });

  it.each([
    ["2020-01-01 02:00-05:00 UTC", "the window of the group eu, 2020-01-01 02:00-05:00 UTC, is over"],
    ["Sat 02:00-05:00 Europe/Berln", "there is no time zone Europe/Berln"],
    ["Sat", "expected a window such as"],
  ])("the window %j is refused", async (window, reason) => {
    fleet.groups = { t000: "eu" };
    fleet.writeRegistry();
    fleet.writeConfig({ groups: [{ name: "eu", window }] });
    const end = await fleet.command(["check"]);
    expect(end.code, end.stderr).toBe(2);
    expect(end.stderr).toContain(reason);
  });

  it("a group that nobody is in is refused", async () => {
    fleet.writeConfig({ groups: [{ name: "eu" }] });
    const end = await fleet.command(["check"]);
    expect(end.code, end.stderr).toBe(2);
    expect(end.stderr).toContain("the group eu of rollout.groups has no tenant; no tenant has a group");
  });

  it("a rollback of some tenants, and one whose tenant is no longer listed", async () => {
    fleet.groups = { t000: "us", t001: "us" };
    fleet.writeRegistry();
    fleet.writeConfig(WAVES);
    await fleet.approve();
    await fleet.command(["resume"]);
    const some = await fleet.command(["rollback", "--group", "us", "--exclude", "t001", "--yes"]);
    expect(some.code, some.stderr).toBe(0);
    expect((await kinds()).map((kind) => kind === "old")).toEqual([true, false, false, false, false, false]);
    fleet.writeRegistry(without("t001"));
    const rest = await fleet.command(["rollback", "--yes"]);
    expect(rest.code, rest.stderr).toBe(0);
    expect((await kinds()).map((kind) => kind === "old")).toEqual([true, false, true, true, true, true]);
  });

  it("where the representative cannot be cloned, another tenant with its schema is", async () => {
    fleet.writeConfig(WAVES);
    await fleet.command(["check"]);
    const representative = fleet.proofs()[0]?.clonedFrom ?? "";
    // Somebody stays connected, so that it is no template.
    const guest = await fleet.open(representative);
    try {
      const end = await fleet.command(["check"]);
      expect(end.code, end.stderr).toBe(0);
      expect(fleet.tenants.filter((id) => id !== representative)).toContain(fleet.proofs()[0]?.clonedFrom);
      const told = evidence().findings.find(({ code }: { code: string }) => code === "dry-run.other-clone");
      expect(told.message).toContain(`No clone of tenant ${representative} could be made`);
    } finally {
      await guest.end();
    }
  });

  it("a run with nothing to do clones nothing and asks nobody", async () => {
    fleet.writeConfig(WAVES);
    await fleet.approve();
    await fleet.command(["resume"]);
    const end = await fleet.command(["run", "--json"]);
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(end.stdout).reason).toBe("Every tenant has the release already.");
    expect(existsSync(join(fleet.directory, ".schema-gate", "runs", fleet.run(), "proofs"))).toBe(false);
  });

  it.each([
    ["url,group\npostgres://a@127.0.0.1/a,eu\n", "the column id is missing: a tenant needs an id"],
    ["id,group\na,eu\n", "the column url is missing: a tenant needs a url"],
    ["id,url,grup\na,postgres://a@127.0.0.1/a,eu\n", "there is no column grup; the columns are id, group, url"],
  ])("the registry %j is refused", async (text, reason) => {
    fleet.writeConfig(WAVES);
    writeFileSync(join(fleet.directory, "tenants.csv"), text);
    const end = await fleet.command(["check"]);
    expect(end.code, end.stderr).toBe(2);
    expect(end.stderr).toContain(reason);
  });

  it("a password that nobody named is said, with the setting", async () => {
    fleet.writeConfig(WAVES);
    const path = join(fleet.directory, "schema-gate.yaml");
    const { connection: _, ...config } = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify(config));
    const end = await fleet.command(["check"]);
    expect(end.code, end.stderr).toBe(1);
    expect(end.stderr).toContain("the server asks for a password, and none is given");
    expect(end.stderr).toContain("connection.password");
  });

  it("a rollback whose kept rows were purged is refused before the first tenant", async () => {
    fleet.writeConfig(WAVES);
    await fleet.approve();
    await fleet.command(["resume"]);
    const hint = await fleet.command(["kept", "purge", "--tenant", "t001", "--older-than", "0s"]);
    expect(hint.stderr).toContain("schema-gate kept purge --tenant t001 --older-than 0s --yes");
    expect(hint.stdout).toMatch(/[1-9]\d* cop(y|ies) kept aside/);
    expect((await fleet.command(["kept", "purge", "--tenant", "t001", "--yes"])).code).toBe(0);
    const end = await fleet.command(["rollback", "--yes"]);
    expect(end.code, end.stderr).toBe(3);
    expect(end.stderr).toContain("were purged in t001, so nothing was taken back");
    expect(await kinds()).toEqual(Array(6).fill("new"));
    const others = await fleet.command(["rollback", "--exclude", "t001", "--yes"]);
    expect(others.code, others.stderr).toBe(0);
    expect((await kinds()).filter((kind) => kind === "old")).toHaveLength(5);
  });
});

function exempt(fleet: FaultFleet, list: readonly object[]): void {
  const path = join(fleet.directory, "schema-gate.yaml");
  const config = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...config, exempt: list }));
}
