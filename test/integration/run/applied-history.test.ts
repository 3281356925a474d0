import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { TestFleet } from "../../support/fleet.js";

let fleet: TestFleet;
let folder: string;
const OPAQUE =
  "do $$ declare t text := 'accounts'; begin execute 'comment on table app.' || t || ' is ''' || version() || ''''; end $$;\n";

beforeAll(async () => {
  fleet = await TestFleet.create(2);
  folder = join(fleet.directory, "migrations");
  mkdirSync(folder);
  const baseline = "20240101_baseline.up.sql";
  copyFileSync(join(packageRoot(), "examples", "demo", "migrations", baseline), join(folder, baseline));
  writeFileSync(join(folder, "20240101_baseline.down.sql"), "ALTER TABLE app.accounts DELETE COLUMN c;\n");
  writeFileSync(join(folder, "20240201_comment.up.sql"), OPAQUE.replace("version()", "'x'"));
  writeFileSync(join(folder, "20240301_note.up.sql"), "ALTER TABLE app.accounts ADD COLUMN note text;\n");
  for (const id of fleet.tenants) {
    await fleet.inTenant(id, (client) =>
      client.query(`drop schema schema_gate cascade; comment on table app.accounts is 'x';
        create table public.schema_migrations (version bigint not null primary key, dirty boolean not null);
        insert into public.schema_migrations values (20240201, false)`),
    );
  }
  fleet.writeConfig({ migrations: "migrations" });
});
afterAll(() => fleet.destroy());

it("does not block for what every tenant has, neither an opaque way up nor a way back that does not parse", async () => {
  const check = await fleet.run(["check"]);
  expect(check.code, check.stdout + check.stderr).toBe(0);
  expect(check.stdout + check.stderr).not.toMatch(/release\.opaque.*error/);
}, 180_000);

it("does not block for a pending way back that does not parse, and does for a pending way up that is opaque", async () => {
  writeFileSync(join(folder, "20240301_note.down.sql"), "ALTER TABLE app.accounts DELETE COLUMN note;\n");
  const down = await fleet.run(["check"]);
  expect(down.code, down.stdout + down.stderr).toBe(0);
  writeFileSync(join(folder, "20240401_more.up.sql"), OPAQUE);
  const up = await fleet.run(["check"]);
  expect(up.code, up.stdout + up.stderr).not.toBe(0);
}, 180_000);
