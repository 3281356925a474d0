import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
    expect((await fleet.run(["audit", "show"])).stdout).toContain("tenant.repaired");

    expect((await fleet.run(["repair", "--tenant", acme, "--yes"])).stdout).toContain("Nothing to repair");
    const undone = await fleet.run(["repair", "--tenant", acme, "--undo", "--yes"]);
    expect(undone.code, undone.stderr).toBe(0);
    expect(undone.stdout).toContain("Put back 4 rows");
    expect(await everything()).toBe(before);
    expect((await fleet.run(["repair", "--tenant", acme, "--undo", "--yes"])).code).toBe(1);
  }, 300_000);

  it("names what is wrong with a tenant or a run that it does not know", async () => {
    const stranger = await fleet.run(["repair", "--tenant", "nobody", "--yes"]);
    expect(stranger.code).toBe(2);
    expect(stranger.stderr).toContain("has no tenant nobody");
    expect((await fleet.run(["repair", "20200101-000000-0000", "--tenant", acme])).code).toBe(2);
    expect((await fleet.run(["repair"])).code).toBe(2);
  }, 120_000);
});
