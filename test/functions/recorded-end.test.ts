import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler } from "../../functions/aws/record-end.js";
import { approve, context, GateOnAws, RELEASE } from "../support/aws/gate-on-aws.js";

const ROLLOUT = { canary: 1, growth: 6, maxWave: 150 };

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(4);
  await gate.upload({ connectionsPerHost: 1, rollout: ROLLOUT });
});
afterAll(() => gate.destroy());

const trail = (run: string) =>
  [...gate.aws.s3.objects.keys()]
    .filter((key) => key.startsWith(`audit/${run}/events/`))
    .sort()
    .map((key) => JSON.parse(gate.aws.s3.text(key) ?? "") as { action: string; details: Record<string, string> });
const actions = (run: string) => trail(run).map(({ action }) => action);
const outcome = (run: string) => gate.artifact<{ status: string; reason: string }>(run, "outcome.json");

/** EventBridge's event, as the queue delivers it. */
function ended(run: string, status: string, change: object = {}) {
  const detail = { executionArn: run, status, input: JSON.stringify({ run, release: RELEASE }), ...change };
  return handler({ Records: [{ body: JSON.stringify({ source: "aws.states", detail }) }] }, context(900_000));
}

/** What Step Functions says of an execution from now on. */
function becomes(run: string, status: string): void {
  const execution = gate.aws.executions.get(run);
  if (execution) execution.status = status;
}

/** Stopped in the middle of its second wave. */
async function stoppedInWave(run: string): Promise<object> {
  const stop = new AbortController();
  let batches = 0;
  const first = await gate.run({
    run,
    stop: stop.signal,
    answer: approve,
    before: (name) => {
      if (name !== "Migrate") return;
      batches += 1;
      if (batches < 3) return;
      stop.abort();
      throw new Error("the process that would migrate the last tenant is gone");
    },
  });
  expect(first.status).toBe("stopped");
  const said = gate.states.map((text) => JSON.parse(text) as [string, unknown, object]);
  return said.findLast(([name]) => name === "NextWave")?.[2] ?? {};
}

describe("an execution that ended without a record (simulated)", () => {
  it("is reported and sealed, once; its fleet stays claimed; redriven, it goes on and passes", async () => {
    const run = "stopped";
    const wave = await stoppedInWave(run);
    becomes(run, "ABORTED");
    expect(outcome(run)).toBeNull();
    expect(await ended(run, "ABORTED", { cause: "an operator stopped it" })).toEqual(["recorded"]);
    expect(outcome(run)).toMatchObject({ status: "failed", reason: expect.stringContaining("ABORTED") });
    expect(outcome(run)?.reason).toContain("an operator stopped it");
    expect(actions(run)).toContain("step.failed");
    expect(actions(run).slice(-2)).toEqual(["run.finished", "audit.sealed"]);
    expect(gate.aws.s3.text(`runs/${run}/audit.seal.json`)).toContain("signatures");
    expect(gate.aws.s3.text(`runs/${run}/evidence.json`)).toContain("run.failed");

    const before = actions(run);
    expect(await ended(run, "ABORTED")).toEqual(["as it was"]);
    expect(actions(run)).toEqual(before);

    await gate.run({ run: "rival" });
    expect(JSON.stringify(gate.artifact("rival", "evidence.json"))).toContain(
      `the run ${run} has been changing tenants`,
    );

    becomes(run, "RUNNING");
    expect(await ended(run, "ABORTED")).toEqual(["by now RUNNING"]);
    const again = await gate.run({ run, from: { state: "MigrateHosts", input: { wave } } });
    expect(again.status).toBe("succeeded");
    expect(outcome(run)).toMatchObject({ status: "passed" });
    expect(actions(run)).toContain("audit.reopened");
    expect(actions(run).at(-1)).toBe("audit.sealed");
  }, 180_000);

  it("is left alone when it is another's, was never loaded, names no run, or said all itself", async () => {
    const objects = [...gate.aws.s3.objects.keys()].sort();
    expect(
      await ended("stopped", "FAILED", { executionArn: "arn:aws:states:eu-central-1:1:execution:gate:twin" }),
    ).toEqual(["another execution's"]);
    expect(await ended("unheard-of", "FAILED")).toEqual(["never loaded"]);
    for (const input of ["{}", "not JSON", null, '{"run":"../other"}'])
      expect(await ended("x", "FAILED", { input })).toEqual(["no run"]);
    becomes("rival", "FAILED");
    expect(await ended("rival", "FAILED")).toEqual(["as it was"]);
    expect([...gate.aws.s3.objects.keys()].sort()).toEqual(objects);
  });

  it.each([
    ["nothing", undefined],
    ["no records", {}],
    ["a body that is no JSON", { Records: [{ body: "x" }] }],
    [
      "an end that went well",
      { Records: [{ body: JSON.stringify({ detail: { executionArn: "a", status: "SUCCEEDED" } }) }] },
    ],
  ])("an event with %s throws, and goes to the queue of what was not delivered", async (_, event) => {
    await expect(handler(event, context(900_000))).rejects.toThrow();
  });
});
