import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestFleet, until } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

/** Which columns go, the rows decide. */
const RELEASE = `DO $$ DECLARE c text; BEGIN
  FOR c IN SELECT DISTINCT 'quota_' || CASE WHEN units = 77 THEN 'key' ELSE 'limit' END FROM usage.events WHERE units IN (76, 77) LOOP
    EXECUTE format('ALTER TABLE app.users DROP COLUMN %I', c);
  END LOOP;
END $$;`;

describe("a release that does what the rows say", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    writeRelease(fleet, { "20240201_drop.up.sql": RELEASE });
    const add = (units: number) =>
      `insert into usage.events (user_id, units, happened_at) select min(id), ${units}, now() from app.users`;
    for (const tenant of fleet.tenants) await fleet.inTenant(tenant, (client) => client.query(add(76)));
    // The clone is of the largest tenant.
    const more =
      "insert into usage.events (user_id, units, happened_at) select 1, 1, now() from generate_series(1, 60000)";
    await fleet.inTenant(fleet.tenants[0] ?? "", (client) => client.query(`${more}; analyze`));
    await fleet.inTenant(fleet.tenants[2] ?? "", (client) => client.query(add(77)));
  });
  afterAll(() => fleet.destroy());

  /** A statement that is put together at run time blocks, unless somebody takes it on by its hash. */
  const acceptOpaque = async () => {
    const settings = {
      migrations: "release",
      rollout: { canary: 1, onFailure: "halt" },
      thresholds: { quorum: 1, block: 1 },
    };
    fleet.writeConfig(settings);
    const { errors } = JSON.parse((await fleet.run(["check", "--json"])).stdout).findings;
    const hash = /"hash": "(\w+)"/.exec(errors[0].remedy.text)?.[1];
    fleet.writeConfig({ ...settings, accept: [{ hash, reason: "looked at", expires: "2999-01-01" }] });
  };

  it("is not committed where it drops what the clone kept: nobody would have a copy", async () => {
    const keys = (tenant: string) =>
      fleet.inTenant(tenant, async (client) => {
        const { rows } = await client.query("select to_jsonb(u) as u from app.users u order by id");
        return rows.map(({ u }) => [u.quota_key, u.quota_limit]);
      });
    await acceptOpaque();
    const last = fleet.tenants[2] ?? "";
    const before = await keys(last);
    const run = fleet.run(["run", "--json"]);
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    const result = await run;
    expect(JSON.parse(result.stdout).outcome, result.stderr).not.toBe("passed");
    expect(result.stdout + result.stderr).toContain("another schema than on the clone");
    expect(result.stdout + result.stderr).toContain("Nothing of the release is in it");
    expect(await keys(last)).toEqual(before);
  }, 120_000);
});
