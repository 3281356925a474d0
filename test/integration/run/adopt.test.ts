import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import type { AdoptOutput } from "../../../lib/cli/json/adopt.js";
import { TestFleet } from "../../support/fleet.js";

const VERSION = "20240101";
let fleet: TestFleet;
/** As the fleet's framework, here ours, wrote it. */
let before: unknown;
beforeAll(async () => {
  fleet = await TestFleet.create(4);
  before = await ledger(fleet.tenants[0] ?? "");
  for (const tenant of fleet.tenants) await sql(tenant, "drop schema schema_gate cascade");
}, 180_000);
afterAll(() => fleet.destroy());

const sql = (tenant: string, text: string) => fleet.inTenant(tenant, (client) => client.query(text));
const ledger = async (tenant: string) =>
  (await sql(tenant, "select version, name, checksum from schema_gate.ledger order by 1")).rows;
const hasLedger = async (tenant: string) =>
  (await sql(tenant, "select to_regclass('schema_gate.ledger') is not null as there")).rows[0]?.there;
const adopt = (...args: string[]) => fleet.run(["adopt", "--to", VERSION, ...args]);
const outcomes = (text: string) => {
  const { tenants } = JSON.parse(text) as AdoptOutput;
  return Object.fromEntries(tenants.map(({ tenant, outcome }) => [tenant, outcome]));
};

describe("tenants that had their migrations by hand", () => {
  it("are compared, and nothing is written without --yes", async () => {
    const [, second = ""] = fleet.tenants;
    await sql(second, "alter table app.users add column nickname text");
    const said = await adopt();
    expect(said.code, said.stderr).toBe(1);
    expect(said.stdout).toContain("the schema is that of 1 migration up to 20240101");
    expect(said.stdout).toMatch(
      new RegExp(`${second}: not recorded, the schema is not that of 1 migration up to 20240101:\\n.*nickname`),
    );
    expect(said.stdout).toContain(
      `Nothing was recorded. For 3 tenants, do it with: schema-gate adopt --to ${VERSION} --yes`,
    );
    expect(await Promise.all(fleet.tenants.map(hasLedger))).toEqual([false, false, false, false]);
    expect(outcomes((await fleet.run(["adopt", "--json"])).stdout)).toEqual(
      Object.fromEntries(fleet.tenants.map((tenant) => [tenant, "differs"])),
    );
  }, 120_000);

  it("get the ledger that a rollout would have written, and those that differ get none", async () => {
    const [first = "", second = "", third = ""] = fleet.tenants;
    const done = await adopt("--yes", "--json", "--tenant", first, second, third);
    expect(done.code, done.stderr).toBe(1);
    expect(outcomes(done.stdout)).toEqual({ [first]: "adopted", [second]: "differs", [third]: "adopted" });
    expect([await ledger(first), await ledger(third)]).toEqual([before, before]);
    expect(await hasLedger(second)).toBe(false);
    const trail = (JSON.parse(done.stdout) as AdoptOutput).trail ?? "";
    const verified = await fleet.run(["audit", "verify", trail]);
    expect(verified.code, verified.stdout).toBe(0);
    const shown = (await fleet.run(["audit", "show", trail])).stdout;
    expect(shown.match(/ledger\.adopted/g)).toHaveLength(2);
    const again = await adopt("--yes", "--tenant", first);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringContaining("the ledger has 1 migration up to 20240101 already"),
    ]);
    const status = await fleet.run(["status", "--fleet", "--tenant", first, third]);
    expect(status.stdout).toContain("2 tenants, 0 up to date, 2 behind");
  }, 120_000);

  it("may differ where the config allows it", async () => {
    const [, second = ""] = fleet.tenants;
    const allow = [{ tenant: second, object: "app.users.nickname", reason: "theirs", expires: "2099-01-01" }];
    fleet.writeConfig({ drift: { allow } });
    const done = await adopt("--yes", "--tenant", second);
    fleet.writeConfig({});
    expect(done.code, done.stderr).toBe(0);
    expect(await ledger(second)).toEqual(before);
  }, 60_000);

  it("are refused where a ledger says something else", async () => {
    const [first = ""] = fleet.tenants;
    await sql(first, "update schema_gate.ledger set checksum = 'other'");
    const edited = await adopt("--yes", "--tenant", first);
    expect([edited.code, edited.stdout]).toEqual([1, expect.stringMatching(/not recorded: .*was edited after it ran/)]);
    const unknown = await fleet.run(["adopt", "--to", "2"]);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("the folder has no migration 2")]);
  }, 60_000);

  it("get the ledger of the framework that the folder is of", async () => {
    const last = fleet.tenants.at(-1) ?? "";
    const folder = join(fleet.directory, "sqlx");
    mkdirSync(folder);
    const file = `${VERSION}_baseline.up.sql`;
    copyFileSync(join(packageRoot(), "examples", "demo", "migrations", file), join(folder, `${VERSION}_baseline.sql`));
    fleet.writeConfig({ migrations: "sqlx", convention: "sqlx" });
    const done = await fleet.run(["adopt", "--yes", "--json", "--tenant", last]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    const { rows } = await sql(last, "select version::text, description, success from _sqlx_migrations");
    expect(rows).toEqual([{ version: VERSION, description: "baseline", success: true }]);
    const status = await fleet.run(["status", "--fleet", "--tenant", last]);
    fleet.writeConfig({});
    expect([status.code, status.stdout]).toEqual([0, expect.stringContaining("1 tenant, 1 up to date")]);
  }, 60_000);
});
