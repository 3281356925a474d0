import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseName } from "../../lib/cli/commands/demo/tenants.js";
import { GateOnAws } from "../support/aws/gate-on-aws.js";

/** What a step keeps back of its time, by default. */
const RESERVE_MS = 45_000;

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(3);
});
afterAll(() => gate.destroy());

const progress = (run: string, tenant: string) =>
  gate.artifact<{ status: string; attempts: number }>(run, `tenants/${tenant}.json`);
const outcome = (run: string) => gate.artifact<{ status: string }>(run, "outcome.json");

describe("a migration that a Lambda has no time for", () => {
  it("is cancelled when it takes longer than predicted, and goes on in the long task", async () => {
    const [slow = ""] = gate.fleet.tenants;
    await gate.upload({ rollout: { canary: 1, growth: 6, lockTimeout: "60s" } });
    const holder = new pg.Client({ connectionString: gate.fleet.server.url(databaseName(slow)) });
    let held = false;
    await gate.run({
      run: "longer",
      remaining: (name) => (name === "Migrate" ? RESERVE_MS + 4000 : 900_000),
      before: async (name) => {
        if (name !== "Migrate" || held) return;
        held = true;
        await holder.connect();
        await holder.query("begin; lock table app.users in access exclusive mode");
      },
      task: async () => {
        const { rows } = await holder.query("select 1 from pg_locks where not granted");
        expect(rows).toEqual([]);
        await holder.query("rollback");
      },
    });
    await holder.end();
    expect(outcome("longer")).toMatchObject({ reason: "Every tenant was migrated and verified.", status: "passed" });
    const batches = gate.builds.map((build) => build.SCHEMA_GATE_TASK_STEP);
    expect(batches.length).toBeGreaterThan(0);
    expect(new Set(batches)).toEqual(new Set(["Migrate"]));
    for (const tenant of gate.fleet.tenants) expect(progress("longer", tenant)?.status).toBe("migrated");
  });
});
