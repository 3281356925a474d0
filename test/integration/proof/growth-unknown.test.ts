import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TestFleet } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

const ENDLESS_OVER_ROWS = "DO $$ BEGIN WHILE EXISTS (SELECT FROM app.users) LOOP END LOOP; END $$;";

const END_WATCHES = `select pg_terminate_backend(pid) from pg_stat_activity
  where state = 'idle' and query like 'select pg_database_size%' and pid <> pg_backend_pid()`;

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(2);
  writeRelease(fleet, { "20240201_endless.up.sql": ENDLESS_OVER_ROWS });
  fleet.writeConfig({ migrations: "release" });
});
afterAll(() => fleet.destroy());

it("a clone that could not be watched to the end makes its cluster unknown, and says what to do", async () => {
  let done = false;
  const check = fleet.run(["check", "--json"]).finally(() => {
    done = true;
  });
  const client = new pg.Client({ connectionString: fleet.server.url("postgres") });
  await client.connect();
  while (!done) await client.query(END_WATCHES);
  await client.end();
  const { code, stdout } = await check;
  expect(code).toBe(1);
  const errors: { code: string }[] = JSON.parse(stdout).findings.errors;
  expect(errors.filter((one) => one.code.startsWith("dry-run."))).toMatchObject([
    {
      code: "dry-run.growth-unknown",
      severity: "error",
      unknown: true,
      subject: { kind: "cluster" },
      message: expect.stringMatching(/could not be watched to the end, against the dryRun.growthLimit of 20 GB/),
      remedy: { text: expect.stringContaining("log of the clone's server") },
      tenants: fleet.tenants,
    },
  ]);
}, 60_000);
