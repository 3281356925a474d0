import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSession } from "../../../lib/adapters/pg/connection.js";
import { endpointOf } from "../../../lib/adapters/pg/endpoint.js";
import { DUPLICATES, databaseName, NULLABLE_LIMIT, ORPHANS } from "../../../lib/cli/commands/demo/tenants.js";
import { runOutput } from "../../../lib/cli/json/run.js";
import { readFingerprint } from "../../../lib/steps/catalog/read-catalog.js";
import { TestFleet } from "../../support/fleet.js";

interface JsonFinding {
  readonly code: string;
  readonly tenants: string[];
  readonly remedy: { readonly sql?: string };
}

describe("a fleet whose rows would break the release", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(210, "blocked");
  });
  afterAll(() => fleet.destroy());

  it("is blocked, names tenants, rows and repairs, and changes nothing in any tenant", async () => {
    const before = await fingerprints(fleet);
    const result = await fleet.run(["run", "--json"]);
    expect(result.code, result.stderr).toBe(1);
    const summary = runOutput.parse(JSON.parse(result.stdout));
    expect(summary.outcome).toBe("blocked");
    const errors = summary.findings.errors as JsonFinding[];
    const found = errors.map((finding) => [finding.code, ...finding.tenants]);
    expect(found).toContainEqual(["probe.not-null", NULLABLE_LIMIT]);
    expect(found).toContainEqual(["probe.foreign-key", ORPHANS]);
    expect(found).toContainEqual(["probe.unique", DUPLICATES]);
    expect(await fingerprints(fleet)).toEqual(before);

    // The repair queries do what they say: after them the same release passes every gate.
    for (const { code, tenants, remedy } of errors.filter((finding) => finding.code.startsWith("probe."))) {
      // Users are named by their events and must have a key: which key is for a person to decide.
      expect(remedy.sql === undefined).toBe(code === "probe.unique");
      const sql = remedy.sql ?? "update app.users set quota_key = 'key-' || id where id in (7, 12, 22)";
      for (const id of tenants) await fleet.inTenant(id, (client) => client.query(sql));
      expect(code).toMatch(/^probe\./);
    }
    const again = await fleet.run(["check", "--json"]);
    expect(again.code, again.stderr).toBe(0);
    expect(runOutput.parse(JSON.parse(again.stdout)).outcome).toBe("passed");
    expect(await fingerprints(fleet)).toEqual(before);
  }, 300_000);
});

async function fingerprints(fleet: TestFleet): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const id of fleet.tenants) {
    const session = await openSession(endpointOf(fleet.server.url(databaseName(id))), {
      purpose: "read",
      statementTimeout: 0,
      lockTimeout: 0,
    });
    found[id] = (await readFingerprint(session, null)).fingerprint;
    await session.close();
  }
  return found;
}
