import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler } from "../../functions/aws/record-end.js";
import { artifact } from "../../lib/steps/run/records.js";
import { type Answer, context, GateOnAws } from "../support/aws/gate-on-aws.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(2);
  await gate.upload({ connectionsPerHost: 1, rollout: { canary: 1, growth: 6, maxWave: 150 } });
});
afterAll(() => gate.destroy());

const { parse, stringify } = JSON;
const outcome = (run: string) => gate.artifact<{ status: string; reason: string }>(run, artifact.outcome);
const actions = (run: string) =>
  [...gate.aws.s3.objects.keys()]
    .filter((key) => key.startsWith(`audit/${run}/events/`))
    .sort()
    .map((key) => (parse(gate.aws.s3.text(key) ?? "") as { action: string }).action);
const nobody: Answer = async () => expect.unreachable("somebody was asked");

function removed(pattern: RegExp): void {
  const keys = [...gate.aws.s3.objects.keys()].filter((key) => key.startsWith(`runs/${RUN}/`) && pattern.test(key));
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) gate.aws.s3.objects.delete(key);
}

async function migrated(): Promise<number> {
  const has = gate.fleet.tenants.map(async (id) => {
    const sql = "select count(*)::int as versions from schema_gate.ledger";
    const { rows } = await gate.fleet.inTenant(id, (client) => client.query(sql));
    return Number(rows[0].versions > 1);
  });
  return (await Promise.all(has)).reduce((sum, one) => sum + one, 0);
}

/** Failed, and said so in the report and the sealed trail. */
function recorded(run: string, reason: RegExp): void {
  expect(outcome(run)).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
  expect(actions(run)).toEqual(expect.arrayContaining(["step.failed", "run.finished"]));
  expect(actions(run).at(-1)).toBe("audit.sealed");
  expect(gate.aws.s3.text(`runs/${run}/audit.seal.json`)).toContain("signatures");
}

/** EventBridge's event of an execution that failed, as the queue delivers it. */
const ended = (run: string) => {
  const detail = { executionArn: run, status: "FAILED", input: stringify({ run, release: "inputs/x" }) };
  return handler({ Records: [{ body: stringify({ detail }) }] }, context(900_000));
};

/** The run as it was when its score was due, continued from there after `change`. */
async function continued(change: () => void) {
  const { objects } = gate.aws.s3;
  objects.clear();
  for (const [key, stored] of scored) objects.set(key, stored);
  change();
  return gate.run({ run: RUN, answer: nobody, from: { state: "Score", input: { fleet } } });
}

const RUN = "deleted";
let scored: typeof gate.aws.s3.objects;
let fleet: object;
beforeAll(async () => {
  const stopped = new AbortController();
  await gate.run({
    run: RUN,
    stop: stopped.signal,
    before: (name) => {
      if (name !== "Score") return;
      scored = new Map(gate.aws.s3.objects);
      stopped.abort();
      throw new Error("the execution was stopped");
    },
  });
  const said = gate.states.map((text) => parse(text) as [string, unknown, object]);
  fleet = said.find(([name]) => name === "Load")?.[2] ?? {};
}, 300_000);

// Before the score, since what is found blocks there; what the score saw is part of what is approved.
describe("what a phase has found, deleted or replaced under a run", () => {
  it.each<[string, RegExp]>([
    ["Load", /\/findings\/load\.json$/],
    ["Introspect", /\/findings\/introspect-/],
    ["Diverge", /\/findings\/diverge\.json$/],
    ["Probe", /\/findings\/probe-Probe-/],
    ["Lint", /\/findings\/lint\.json$/],
    ["DryRun", /\/findings\/dry-run-/],
  ])(
    "%s: nobody is asked without it",
    async (phase, pattern) => {
      expect((await continued(() => removed(pattern))).status).toBe("failed");
      recorded(RUN, new RegExp(`the findings of the phase ${phase} of the run ${RUN} were changed or removed`));
    },
    60_000,
  );

  it("an empty list in its place, or one beside it", async () => {
    const lint = `runs/${RUN}/findings/lint.json`;
    for (const key of [lint, `runs/${RUN}/findings/probe-Probe-more.json`]) {
      expect((await continued(() => gate.aws.s3.put(key, "[]"))).status).toBe("failed");
      recorded(RUN, /were changed or removed since they were recorded/);
    }
  }, 60_000);
});

describe("what the run itself is, deleted under it", () => {
  it.each(["clusters.json", "fleet.json", "release.json"])(
    "%s: the end names it",
    async (name) => {
      expect((await continued(() => removed(new RegExp(`/${name}$`)))).status).toBe("failed");
      recorded(RUN, new RegExp(`lacks its artifact ${name}`));
    },
    60_000,
  );

  it.each(["request.json", "input.json"])(
    "%s: no state could report it, so the record of ends does, once",
    async (name) => {
      const failed = await continued(() => removed(new RegExp(`/${name}$`)));
      expect(stringify(failed)).toContain(`somebody removed s3://gate/runs/${RUN}/`);
      expect(outcome(RUN)).toBeNull();
      expect(await ended(RUN)).toEqual(["recorded"]);
      recorded(RUN, /^Somebody removed the request of the run .*\(FAILED: the execution gave no cause\)/);
      const known = actions(RUN);
      expect(await ended(RUN)).toEqual(["as it was"]);
      expect(actions(RUN)).toEqual(known);
    },
    60_000,
  );
});

// Last, since it changes tenants.
it("the request, removed between two waves: no other wave begins, and the fleet is free again", async () => {
  const run = "between-waves";
  let waves = 0;
  const before = (name: string) => {
    waves += Number(name === "NextWave");
    if (waves === 2) gate.aws.s3.objects.delete(`runs/${run}/request.json`);
  };
  expect((await gate.run({ run, before })).status).toBe("failed");
  expect(await migrated()).toBe(1);
  expect(await ended(run)).toEqual(["recorded"]);
  recorded(run, /^Somebody removed the request/);
  expect((await gate.run({ run: "next" })).status).toBe("succeeded");
  expect(await migrated()).toBe(2);
}, 300_000);
