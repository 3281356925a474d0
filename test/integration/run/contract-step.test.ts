import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { inspectOutput } from "../../../lib/cli/json/catalog.js";
import { fleetStatusOutput } from "../../../lib/cli/json/run.js";
import type { Finding } from "../../../lib/core/finding.js";
import { TestFleet } from "../../support/fleet.js";

const EXPAND = `-- schema-gate: step 1 of 2 of 20240116_key, expand
ALTER TABLE app.users ALTER COLUMN quota_key DROP NOT NULL;
CREATE INDEX users_email_lower ON app.users (lower(email));
`;
const CONTRACT = `-- schema-gate: step 2 of 2 of 20240116_key, contract, in a later release, once nobody reads app.users.quota_key
ALTER TABLE app.users DROP COLUMN quota_key;
`;

let fleet: TestFleet;
beforeAll(async () => {
  fleet = await TestFleet.create(2);
  cpSync(join(packageRoot(), "examples", "demo", "migrations"), join(fleet.directory, "migrations"), {
    recursive: true,
  });
  mkdirSync(join(fleet.directory, "migrations-contract"));
  writeFileSync(join(fleet.directory, "migrations", "20240116_key.up.sql"), EXPAND);
  writeFileSync(join(fleet.directory, "migrations", "20240117_key_drop.up.sql"), CONTRACT);
});
afterAll(() => fleet.destroy());

const place = (folder: string) => join(fleet.directory, folder, "20240117_key_drop.up.sql");
async function check(config: Readonly<Record<string, unknown>> = {}) {
  fleet.writeConfig({ migrations: "migrations", ...config });
  const { code } = await fleet.run(["check"]);
  const evidence = JSON.parse(readFileSync(join(fleet.runFolder(), "evidence.json"), "utf8"));
  return { code, findings: evidence.findings as readonly Finding[] };
}
const plansIn = (findings: readonly Finding[]) =>
  findings.flatMap(({ code }) => (code.startsWith("plan.") ? [code] : []));

it("blocks a contract step next to its expand step, names the command for a hazard, and lets it pass by the config", async () => {
  const early = await check();
  expect(plansIn(early.findings)).toEqual(["plan.contract-early"]);
  expect(early.code).toBe(1);
  const hazard = early.findings.find(({ code }) => code === "SG014");
  expect(hazard?.remedy?.command).toBe("schema-gate rewrite migrations/20240117_key_drop.up.sql");
  const expires = "2099-12-31";
  const met = await check({ plans: { met: [{ migration: "20240117", reason: "looked", expires }] } });
  expect(plansIn(met.findings)).toEqual([]);
}, 240_000);

it("records the open end of a plan, and lists the step that waits", async () => {
  renameSync(place("migrations"), place("migrations-contract"));
  const open = await check();
  expect(plansIn(open.findings)).toEqual(["plan.open"]);
  const step = { file: "20240117_key_drop.up.sql", plan: "20240116_key", due: false };
  const status = await fleet.run(["status", "--fleet", "--json"]);
  expect(fleetStatusOutput.parse(JSON.parse(status.stdout)).contracts).toMatchObject([step]);
  expect((await fleet.run(["status", "--fleet"])).stdout).toContain("waits for tenants that lack a step before it");
  const inspected = await fleet.run(["inspect", "--no-declared", "--json"]);
  expect(inspectOutput.parse(JSON.parse(inspected.stdout)).contracts).toMatchObject([step]);
  const text = await fleet.run(["inspect", "--no-declared"]);
  expect(text.stdout).toContain("1 contract step of schema-gate rewrite:");
}, 240_000);
