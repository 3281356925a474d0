import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestFleet, until } from "../../support/fleet.js";
import { writeRelease } from "../../support/fleet-release.js";

const VERSION = "20240201";

describe("what may be kept aside has a limit", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    writeRelease(fleet, {
      "20240131_note.up.sql": "ALTER TABLE app.users ADD COLUMN note text;",
      [`${VERSION}_drop.up.sql`]: "ALTER TABLE app.users DROP COLUMN quota_key;",
    });
  });
  afterAll(() => fleet.destroy());

  const check = async (rollback: object) => {
    fleet.writeConfig({ migrations: "release", rollback });
    const result = await fleet.run(["check", "--json"]);
    const summary = result.stdout ? JSON.parse(result.stdout) : null;
    const errors: { code: string; subject: { name: string }; message: string; remedy: { text: string } }[] =
      summary?.findings.errors ?? [];
    return { code: result.code, stderr: result.stderr, errors };
  };
  const accepted = {
    keepLimit: "2kB",
    accept: [
      {
        code: "rollback.kept-too-large",
        migration: VERSION,
        reason: "the keys are in the archive",
        expires: "2999-01-01",
      },
    ],
  };

  it("above it the migration is impossible to undo, and the finding prints the line that accepts it", async () => {
    const { code, errors } = await check({ keepLimit: "2kB" });
    expect(code).toBe(1);
    const [large] = errors.filter((one) => one.code === "rollback.kept-too-large");
    expect(large?.subject.name).toBe(VERSION);
    expect(large?.message).toMatch(/impossible to undo: at least \d.* kB would have to be kept aside/);
    expect(large?.remedy.text).toContain(`{"code":"rollback.kept-too-large","migration":"${VERSION}"`);
    // The migration before it is out of reach, and the same line would accept that too.
    const [behind] = errors.filter((one) => one.code === "rollback.impossible");
    expect(behind?.subject.name).toBe("20240131");
    expect(behind?.remedy.text).toContain(`"migration":"${VERSION}"`);
  });

  it("a tenant whose own table is too large for it is named before any is touched", async () => {
    const [largest = "", other = ""] = fleet.tenants;
    const events =
      "insert into usage.events (user_id, units, happened_at) select 1, 1, now() from generate_series(1, 60000)";
    const users = `insert into app.users (account_id, email, quota_key, quota_limit)
      select 1, 'more' || n || '@example.com', 'more-' || n, 1 from generate_series(1, 4000) n`;
    await fleet.inTenant(largest, (client) => client.query(`${events}; analyze`));
    await fleet.inTenant(other, (client) => client.query(`${users}; analyze`));
    expect((await check({ keepLimit: "10MB" })).errors).toEqual([]);
    const { code, errors } = await check({ keepLimit: "40kB" });
    expect(code).toBe(1);
    expect(errors).toMatchObject([{ code: "rollback.kept-too-large", subject: { name: VERSION } }]);
    expect(errors[0]?.message).toContain(`would have to be kept aside in ${other}, above`);
  }, 120_000);

  it("accepted, it runs, keeps nothing aside, and the audit trail has the acceptance", async () => {
    fleet.writeConfig({ migrations: "release", rollback: accepted, thresholds: { quorum: 0.69 } });
    const child = fleet.run(["run", "--json"]);
    await until(async () => (await fleet.run(["approve"])).code === 0, "the approval is accepted");
    const result = await child;
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout).tenants).toEqual({ total: 3, migrated: 3 });
    const kept = await fleet.run(["kept", "list", "--json"]);
    expect(JSON.parse(kept.stdout).tenants.flatMap((one: { copies: unknown[] }) => one.copies)).toEqual([]);
    expect(readFileSync(join(fleet.runFolder(), "audit.jsonl"), "utf8")).toContain('"loss.accepted"');
  }, 120_000);
});
