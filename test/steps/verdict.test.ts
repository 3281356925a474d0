import { expect, it } from "vitest";
import { verdictOf } from "../../lib/steps/evidence/verdict.js";

type Sources = Parameters<typeof verdictOf>[0];

/** A rollout whose only wave ended well for the breaker, with `done` of 10 tenants migrated. */
function rolledOut(done: number): Sources {
  const wave = {
    name: "canary",
    status: "done",
    planned: 10,
    done,
    running: 0,
    failures: [],
    startedAt: null,
    finishedAt: null,
  };
  return {
    request: { mode: "run" },
    findings: [],
    score: { verdict: "pass", fleet: 0 },
    approval: null,
    rollout: { status: "done", reason: null, waves: [wave] },
    pending: 1,
    run: { scope: null, registry: null, readings: new Map(), progress: new Map() },
  } as unknown as Sources;
}

it("passes when every tenant of every wave has the release", () => {
  expect(verdictOf(rolledOut(10)).status).toBe("passed");
});

it("never passes while a tenant is without the release, whatever the breaker tolerates", () => {
  expect(verdictOf(rolledOut(9))).toMatchObject({ status: "halted", reason: expect.stringContaining("1 tenant") });
});
