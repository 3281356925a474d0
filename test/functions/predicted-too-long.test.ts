import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GateOnAws } from "../support/aws/gate-on-aws.js";

/** What a step keeps back of its time, by default. */
const RESERVE_MS = 45_000;

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
});
afterAll(() => gate.destroy());

describe("a migration that is predicted to take too long for a Lambda", () => {
  it("is never begun there, and is done by the long task", async () => {
    const begun: [string, number][] = [];
    await gate.run({
      run: "predicted",
      remaining: (name) => (name === "Migrate" ? RESERVE_MS : 900_000),
      before: (name) => void begun.push([name, gate.aws.calls.length]),
    });
    expect(gate.artifact("predicted", "outcome.json")).toMatchObject({ status: "passed" });
    const said = gate.states.map((text) => JSON.parse(text) as [string, unknown, { longRunning?: boolean }]);
    const migrations = said.filter(([name]) => name === "Migrate");
    expect(migrations.length).toBeGreaterThan(0);
    expect(migrations.every(([, , output]) => output.longRunning === true)).toBe(true);
    expect(gate.builds).toHaveLength(migrations.length);
    // As many batches as there are, each would read as many readings: what it needs travels with it.
    const readByMigrate = begun.flatMap(([name, from], at) =>
      name === "Migrate" ? gate.aws.calls.slice(from, begun[at + 1]?.[1]) : [],
    );
    expect(readByMigrate.filter(({ path }) => path.includes("/batches/"))).not.toHaveLength(0);
    expect(readByMigrate.filter(({ path }) => path.includes("/results/Introspect/"))).toEqual([]);
    for (const tenant of gate.fleet.tenants)
      expect(gate.artifact("predicted", `tenants/${tenant}.json`)).toMatchObject({ status: "migrated", attempts: 1 });
  });
});
