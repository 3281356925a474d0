import { afterAll, beforeAll, expect, it } from "vitest";
import { GateOnAws } from "../support/aws/gate-on-aws.js";
import { retriedFaster } from "../support/aws/retried-faster.js";

/** A second of the state machine's is ten milliseconds here. */
const SCALE = 100;
const THROTTLED_SECONDS = 60;

class TooManyRequests extends Error {
  override readonly name = "Lambda.TooManyRequestsException";
}

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
});
afterAll(() => gate.destroy());

it("a run lives through 60 s of throttling at every state in turn (simulated: no emulator throttles)", async () => {
  const since = new Map<string, number>();
  const refusals = new Map<string, number>();
  const ended = await gate.run({
    run: "throttled-everywhere",
    amended: (definition) => retriedFaster(definition, SCALE),
    before: (name) => {
      const first = since.get(name) ?? performance.now();
      since.set(name, first);
      if (performance.now() - first >= (THROTTLED_SECONDS * 1000) / SCALE) return;
      refusals.set(name, (refusals.get(name) ?? 0) + 1);
      throw new TooManyRequests("Rate Exceeded.");
    },
  });
  expect(gate.artifact("throttled-everywhere", "outcome.json")).toMatchObject({ status: "passed" });
  expect(ended.status).toBe("succeeded");
  expect([...refusals.keys()]).toEqual(
    expect.arrayContaining(["Load", "Introspect", "Tally", "DryRun", "RequestApproval", "NextWave", "Migrate", "Seal"]),
  );
  for (const [name, count] of refusals) expect(count, name).toBeGreaterThan(2);
});
