import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../lib/core/finding.js";
import { type Definition, GateOnAws } from "../support/aws/gate-on-aws.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
});
afterAll(() => gate.destroy());

const findings = (run: string) =>
  gate.artifact<{ findings: readonly Finding[] }>(run, "evidence.json")?.findings.map((finding) => finding.code) ?? [];
const outcome = (run: string) => gate.artifact<{ status: string }>(run, "outcome.json")?.status;

/** The Map's children do nothing and answer null, which is what an emulator's Distributed Map makes of a child that failed. */
function vanishing(map: string) {
  return ({ States }: Definition) => {
    const state = States[map];
    if (state?.ItemProcessor === undefined) throw new Error(`${map} is no Map`);
    const gone = { Type: "Pass", InputPath: "$.nothing", End: true };
    States[map] = {
      ...state,
      ItemSelector: { nothing: null },
      ItemProcessor: { ...state.ItemProcessor, StartAt: "Gone", States: { Gone: gone } },
    };
  };
}

async function hasRelease(tenant: string): Promise<boolean> {
  const sql = "select from information_schema.columns where table_name = 'users' and column_name = 'quota_used'";
  return (await gate.fleet.inTenant(tenant, (client) => client.query(sql))).rows.length === 1;
}

describe("children of a Map that vanish and read as null", () => {
  it.each([
    ["IntrospectHosts", "introspect.lost", "blocked"],
    ["ProbeHosts", "probe.lost", "blocked"],
    ["DryRunClusters", "dry-run.lost", "blocked"],
    ["MigrateHosts", "rollout.lost", "halted"],
  ])("%s: nothing passes, and it is said", async (map, code, status) => {
    const run = `null-${map}`;
    const ended = await gate.run({ run, amended: vanishing(map) });
    expect(ended.status).toBe("failed");
    expect(outcome(run)).toBe(status);
    expect(findings(run)).toContain(code);
    for (const tenant of gate.fleet.tenants) expect(await hasRelease(tenant)).toBe(false);
  });

  it("RollBackHosts: a rollback that nobody did is never called one", async () => {
    await gate.upload({ rollout: { canary: 1, growth: 6, onFailure: "rollback all" } });
    let batches = 0;
    const ended = await gate.run({
      run: "null-rollback",
      amended: vanishing("RollBackHosts"),
      before: (name) => {
        if (name !== "Migrate") return;
        batches += 1;
        if (batches > 1) throw new Error("the process that would migrate the second tenant is gone");
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("null-rollback")).not.toBe("rolled back");
    expect(findings("null-rollback")).toContain("rollout.lost");
    expect(await hasRelease(gate.fleet.tenants[0] ?? "")).toBe(true);
  });
});
