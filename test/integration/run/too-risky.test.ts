import { afterAll, beforeAll, expect, it } from "vitest";
import { runOutput } from "../../../lib/cli/json/run.js";
import { TestFleet } from "../../support/fleet.js";

let fleet: TestFleet;

beforeAll(async () => {
  fleet = await TestFleet.create(3);
  fleet.writeConfig({ thresholds: { ask: 0, quorum: 0.001, block: 0.001 } });
});
afterAll(() => fleet.destroy());

it("says which factors block a release that no gate refuses", async () => {
  const { code, stdout, stderr } = await fleet.run(["check", "--json"]);
  expect(code, stderr).toBe(1);
  const { outcome, findings, reason } = runOutput.parse(JSON.parse(stdout));
  expect(outcome).toBe("blocked");
  expect(reason).toBe("Its risk is above the line at which releases are blocked.");
  expect(findings.errors).toEqual([
    expect.objectContaining({
      code: "score.blocked",
      message: expect.stringMatching(/releases are blocked\. Largest factors: \w/),
    }),
  ]);
});
