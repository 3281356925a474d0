import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runOutput } from "../../../lib/cli/json/run.js";
import { ended, TestFleet, until } from "../../support/fleet.js";

const TENANTS = 247;

describe("a run that is killed in the middle of a wave", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(TENANTS);
  });
  afterAll(() => fleet.destroy());

  it("goes on with resume, and migrates every tenant exactly once", async () => {
    const first = fleet.start(["run"]);
    const firstEnd = ended(first);
    await until(() => fleet.runs().length === 1, "the run has a folder");
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    await until(() => finished(fleet).length >= 60, "sixty tenants are migrated");
    first.kill("SIGKILL");
    await firstEnd;
    const before = new Map(finished(fleet).map((id) => [id, progressOf(fleet, id)]));
    expect(before.size).toBeLessThan(TENANTS);

    const resumed = await fleet.run(["resume", "--json"]);
    expect(resumed.stderr).not.toMatch(/ {4}at /);
    expect(resumed.code, resumed.stderr).toBe(0);
    const summary = runOutput.parse(JSON.parse(resumed.stdout));
    expect(summary.outcome).toBe("passed");
    expect(summary.tenants).toEqual({ total: TENANTS, migrated: TENANTS });

    // What was finished before the kill was not touched again.
    for (const [id, text] of before) expect(progressOf(fleet, id)).toBe(text);
    // The ledger has the release once in each tenant, and the release is really there.
    for (const id of fleet.tenants) {
      const row = await fleet.inTenant(id, async (client) => {
        const ledger = await client.query(
          "select count(*)::int as n from schema_gate.ledger where version = '20240115'",
        );
        const columns = await client.query(
          "select count(*)::int as n from pg_attribute where attrelid = 'app.users'::regclass and attname in ('quota_used', 'quota_resets_at')",
        );
        return [ledger.rows[0].n, columns.rows[0].n];
      });
      expect(row, id).toEqual([1, 2]);
    }
    const audit = await fleet.run(["audit", "verify", fleet.runs()[0] ?? ""]);
    expect(audit.code, audit.stderr + audit.stdout).toBe(0);
  }, 300_000);
});

function finished(fleet: TestFleet): readonly string[] {
  try {
    return readdirSync(join(fleet.runFolder(), "tenants")).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
}

function progressOf(fleet: TestFleet, file: string): string {
  return readFileSync(join(fleet.runFolder(), "tenants", file), "utf8");
}
