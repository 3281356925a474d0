import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { TestFleet } from "../../support/fleet.js";

let fleet: TestFleet;

beforeAll(async () => {
  fleet = await TestFleet.create(3);
  const folder = join(fleet.directory, "migrations");
  mkdirSync(folder);
  const baseline = "20240101_baseline.up.sql";
  copyFileSync(join(packageRoot(), "examples", "demo", "migrations", baseline), join(folder, baseline));
  writeFileSync(join(folder, "20240101_baseline.down.sql"), "DROP SCHEMA app, billing, usage CASCADE;\n");
  writeFileSync(join(folder, "20240301_note.up.sql"), "ALTER TABLE app.accounts ADD COLUMN note text;\n");
  writeFileSync(join(folder, "20240301_note.down.sql"), "ALTER TABLE app.accounts DROP COLUMN note;\n");
  for (const id of fleet.tenants) {
    await fleet.inTenant(id, (client) =>
      client.query(`drop schema schema_gate cascade;
        create table public.schema_migrations (version bigint not null primary key, dirty boolean not null);
        insert into public.schema_migrations values (20240101, false)`),
    );
  }
  // As another version of the framework might have made it.
  await fleet.inTenant(fleet.tenants[2] ?? "", (client) =>
    client.query(
      "alter table public.schema_migrations add column applied_at timestamptz default now(), alter dirty set default false; create index on public.schema_migrations (dirty)",
    ),
  );
  fleet.writeConfig({ migrations: "migrations" });
});
afterAll(() => fleet.destroy());

it("tells golang-migrate from others by the tenants' ledger, and leaves that ledger as the framework would", async () => {
  const waiting = await fleet.run(["run", "--no-wait"]);
  expect(waiting.code, waiting.stderr).toBe(4);
  expect((await fleet.run(["approve"])).code).toBe(0);
  const resumed = await fleet.run(["resume", "--json"]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(`${waiting.stdout}${resumed.stdout}`, "the form of the ledger is no drift").not.toMatch(/drift\.[a-z]/);
  for (const id of fleet.tenants) {
    const rows = await fleet.inTenant(id, async (client) => {
      const { rows } = await client.query("select version::int, dirty from public.schema_migrations");
      return rows;
    });
    expect(rows, id).toEqual([{ version: 20240301, dirty: false }]);
  }
}, 180_000);
