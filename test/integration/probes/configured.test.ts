import { afterAll, beforeAll, expect, it } from "vitest";
import { TestFleet } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(2);
});
afterAll(() => fleet.destroy());

async function check(sql: string, probes: object) {
  const migrations = writeRelease(fleet, { "20240201_change.up.sql": sql });
  fleet.writeConfig({ migrations, probes });
  const { code, stdout, stderr } = await fleet.run(["check", "--json"]);
  expect(stderr).not.toContain("Error:");
  const errors: { code: string; message: string; unknown?: boolean }[] = JSON.parse(stdout).findings.errors;
  return { code, errors: errors.filter((each) => each.code.startsWith("probe.")) };
}

const REWRITE = "alter table usage.events alter units type bigint;";

it("a rewrite is weighed against what the config says is free, or is taken to be", async () => {
  expect(await check(REWRITE, { freeSpace: { "*": "1GB" } })).toMatchObject({ errors: [] });
  const small = await check(REWRITE, { freeSpace: { "*": "1kB" } });
  expect(small).toMatchObject({ code: 1, errors: [{ code: "probe.free-space" }, { code: "probe.free-space" }] });
  expect(small.errors[0]?.message).toMatch(/has 1 table whose rewrites together need more than .* free for one tenant/);
  // A host that is named goes before the rest.
  const host = `127.0.0.1:${fleet.server.port}`;
  expect(await check(REWRITE, { freeSpace: { "*": "1kB", [host]: "1GB" } })).toMatchObject({ errors: [] });
  expect(await check(REWRITE, {})).toMatchObject({ errors: [] });
  const unknown = await check(REWRITE, { assumedFree: "1kB" });
  expect(unknown.errors[0]).toMatchObject({ code: "probe.free-space", unknown: true });
}, 120_000);

it("rows that contradict what is there are asked for on request", async () => {
  const [tenant = ""] = fleet.tenants;
  await fleet.inTenant(tenant, (client) =>
    client.query(
      "set session_replication_role = replica; update billing.subscriptions set account_id = 4711 where id = 3",
    ),
  );
  const sql = "alter table app.users add n int;";
  expect(await check(sql, {})).toMatchObject({ errors: [] });
  const asked = await check(sql, { existing: true });
  expect(asked).toMatchObject({ code: 1, errors: [{ code: "probe.existing-foreign-key" }] });
  expect(asked.errors[0]?.message).toContain("an existing constraint forbids that");
}, 120_000);
