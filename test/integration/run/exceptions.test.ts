import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../lib/adapters/local/package-root.js";
import { contractOutput } from "../../../lib/cli/json/contract.js";
import { TestFleet } from "../../support/fleet.js";

const DYNAMIC = "DO $$ BEGIN EXECUTE 'select ' || current_setting('server_version_num'); END $$;";

describe("what a config lets pass", () => {
  let fleet: TestFleet;

  beforeAll(async () => {
    fleet = await TestFleet.create(3);
    cpSync(join(packageRoot(), "examples", "demo", "migrations"), join(fleet.directory, "migrations"), {
      recursive: true,
    });
    const write = (name: string, text: string) => writeFileSync(join(fleet.directory, "migrations", name), text);
    write(
      "20240116_email.up.sql",
      `-- schema-gate: allow SG045 until 2099-12-31: the table is small everywhere
CREATE INDEX users_email_lower ON app.users (lower(email));
${DYNAMIC}
`,
    );
    write("20240116_email.down.sql", "DROP INDEX app.users_email_lower;\n");
    await fleet.inTenant("002-apac", (client) => client.query("create table app.scratch (id int)"));
  });
  afterAll(() => fleet.destroy());

  it("is in the audit trail, one event each, and so is every gate that was not needed", async () => {
    const contract = contractOutput.parse(JSON.parse((await fleet.run(["contract", "migrations", "--json"])).stdout));
    const pieces = Array.isArray(contract) ? [] : contract.coverage.pieces;
    expect(pieces).toHaveLength(1);
    const until = { reason: "read by two people", expires: "2099-12-31" };
    fleet.writeConfig({
      migrations: "migrations",
      accept: pieces.map(({ hash }) => ({ hash, ...until })),
      drift: { allow: [{ tenant: "002-apac", object: "app.scratch*", ...until }] },
    });
    const checked = await fleet.run(["check"]);
    expect(checked.code, checked.stderr + checked.stdout).toBe(0);

    const events = readFileSync(join(fleet.runFolder(), "audit.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const of = (action: string) => events.filter((event) => event.action === action);
    expect(of("finding.waived")).toMatchObject([
      { details: { rule: "SG045", reason: "the table is small everywhere", until: "2099-12-31", line: 2 } },
    ]);
    expect(of("opaque.accepted")).toMatchObject([{ details: { message: expect.stringContaining(until.reason) } }]);
    expect(of("drift.allowed")).toMatchObject([
      { subject: { name: "app.scratch" }, details: { tenants: ["002-apac"], ...until } },
    ]);
    expect(of("gate.skipped").map((event) => event.subject.name)).toEqual(["queries", "approve", "rollout"]);
    expect((await fleet.run(["audit", "verify", fleet.runs()[0] ?? ""])).code).toBe(0);
  }, 120_000);
});
