import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../../lib/cli/commands/demo/tenants.js";
import { type CutMode, CuttingProxy } from "../../support/faults/cutting-proxy.js";
import { TestFleet } from "../../support/fleet.js";

describe("repairing one tenant", () => {
  let fleet: TestFleet;
  let acme: string;

  beforeAll(async () => {
    fleet = await TestFleet.create(4);
    acme = fleet.tenants[2] ?? "";
    await fleet.inTenant(acme, (client) =>
      client.query(`alter table app.users alter column quota_limit drop not null;
        update app.users set quota_limit = null where id in (17, 42);
        update billing.subscriptions set plan_id = 77 where id in (3, 8)`),
    );
  });
  afterAll(() => fleet.destroy());

  const rows = (sql: string) =>
    fleet.inTenant(acme, async (client) => (await client.query<{ found: string }>(sql)).rows[0]?.found);
  const everything = () =>
    rows(`select md5(string_agg(t::text, ',' order by t::text)) as found from
      (select row(u.*)::text as t from app.users u union all select row(s.*)::text from billing.subscriptions s) as all_rows`);

  it("asks first, keeps what it takes away, asks the probes again, and can be undone", async () => {
    const before = await everything();
    expect((await fleet.run(["check"])).code).toBe(1);

    const unasked = await fleet.run(["repair", "--tenant", acme]);
    expect(unasked.code).toBe(2);
    expect(unasked.stdout).toContain("id=17");
    expect(await everything()).toBe(before);

    const repaired = await fleet.run(["repair", "--tenant", acme, "--yes"]);
    expect(repaired.code, repaired.stderr).toBe(0);
    expect(repaired.stdout).toContain("find nothing in the way there any more");
    expect(await rows("select count(*)::text as found from schema_gate.repaired_rows where repair is not null")).toBe(
      "4",
    );
    expect(await rows("select string_agg(quota_limit::text, ',') as found from app.users where id in (17, 42)")).toBe(
      "1000,1000",
    );
    const verified = await fleet.run(["audit", "verify"]);
    expect(verified.code, verified.stderr + verified.stdout).toBe(0);
    expect((await fleet.run(["audit", "show"])).stdout).toMatch(/repair\.started[\s\S]*tenant\.repaired/);

    expect((await fleet.run(["repair", "--tenant", acme, "--yes"])).stdout).toContain("Nothing to repair");
    const undone = await fleet.run(["repair", "--tenant", acme, "--undo", "--yes"]);
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout).toContain("Restored 4 rows");
    expect(await everything()).toBe(before);
    expect((await fleet.run(["repair", "--tenant", acme, "--undo", "--yes"])).code).toBe(1);
  }, 300_000);

  it("undoes nothing that the application wrote since, and cleans no run whose repair could be undone", async () => {
    expect((await fleet.run(["check"])).code).toBe(1);
    expect((await fleet.run(["repair", "--tenant", acme, "--yes"])).code).toBe(0);
    const run = fleet.runs().at(-1) ?? "";
    await fleet.inTenant(acme, (client) => client.query("update app.users set quota_limit = 5 where id = 17"));
    expect((await fleet.run(["check"])).code).toBe(0);

    const kept = await fleet.run(["clean", "--older-than", "0s", "--yes"]);
    expect(kept.code, kept.stderr).toBe(0);
    expect(kept.stderr).toContain(`${run} is left as it is: its repair of ${acme} could not be undone any more`);
    const undone = await fleet.run(["repair", run, "--tenant", acme, "--undo", "--yes"]);
    expect(undone.code, undone.stderr).toBe(1);
    expect(undone.stdout).toContain("Restored 3 rows");
    expect(undone.stderr).toContain(
      'Not restored, because changed since or another row has the key: 1 row, "app"."users": id=17',
    );
    expect(
      await rows(
        "select string_agg(coalesce(quota_limit::text, '-'), ',' order by id) as found from app.users where id in (17, 42)",
      ),
    ).toBe("5,-");
    const cleaned = await fleet.run(["clean", "--older-than", "0s", "--yes"]);
    expect(cleaned.stderr).not.toContain(`${run} is left`);
    const late = await fleet.run(["repair", run, "--tenant", acme, "--undo", "--yes"]);
    expect(late.stderr).toContain("it was cleaned");
    await fleet.inTenant(acme, (client) => client.query("update app.users set quota_limit = null where id = 17"));
  }, 300_000);

  it("says that it was done where the connection was lost right after the commit", async () => {
    const proxy = await CuttingProxy.start(fleet.server.port);
    try {
      const url = `postgres://postgres@127.0.0.1:${proxy.port}/${encodeURIComponent(databaseName(acme))}`;
      fleet.writeRegistry(fleet.tenants, { [acme]: url });
      expect((await fleet.run(["check"])).code).toBe(1);
      const before = await everything();
      const cutAt = (pattern: RegExp, mode: CutMode) =>
        proxy.cut([{ database: databaseName(acme), pattern, mode, times: 1 }]);

      cutAt(/Q....commit\0/i, "before");
      const lost = await fleet.run(["repair", "--tenant", acme, "--yes"]);
      expect(lost.code).toBe(3);
      expect(lost.stderr).toContain(`Nothing was changed in ${acme}`);
      expect(await everything()).toBe(before);
      expect((await fleet.run(["audit", "show"])).stdout).toMatch(/repair\.started[\s\S]*repair\.failed/);

      cutAt(/Q....commit\0/i, "answered");
      const repaired = await fleet.run(["repair", "--tenant", acme, "--yes"]);
      expect(repaired.code, repaired.stdout + repaired.stderr).toBe(0);
      expect(proxy.done.size).toBe(1);
      expect(repaired.stdout).toContain(`Repaired ${acme}`);
      expect((await fleet.run(["audit", "show"])).stdout).toContain("tenant.repaired");

      cutAt(/Q....commit\0/i, "answered");
      const undone = await fleet.run(["repair", "--tenant", acme, "--undo", "--yes"]);
      expect(undone.code, undone.stdout + undone.stderr).toBe(0);
      expect(undone.stdout).toContain("Restored 4 rows");
      expect(await everything()).toBe(before);
    } finally {
      fleet.writeRegistry(fleet.tenants);
      await proxy.stop();
    }
  }, 300_000);

  it("leaves a trail that tells of a file which was changed before it", async () => {
    expect((await fleet.run(["check"])).code).toBe(1);
    appendFileSync(join(fleet.runFolder(), "report.html"), "<!-- forged -->");
    expect((await fleet.run(["audit", "verify"])).code).toBe(1);
    expect((await fleet.run(["repair", "--tenant", acme, "--yes"])).code).toBe(0);
    const verified = await fleet.run(["audit", "verify"]);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain("report.html had been changed when the run went on after a seal");
  }, 120_000);

  it("names what is wrong with a tenant or a run that it does not know", async () => {
    const stranger = await fleet.run(["repair", "--tenant", "nobody", "--yes"]);
    expect(stranger.code).toBe(2);
    expect(stranger.stderr).toContain("has no tenant nobody");
    expect((await fleet.run(["repair", "20200101-000000-0000", "--tenant", acme])).code).toBe(2);
    expect((await fleet.run(["repair"])).code).toBe(2);
  }, 120_000);
});
