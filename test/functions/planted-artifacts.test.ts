import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decide } from "../support/aws/function-url.js";
import { type Answer, GateOnAws, RELEASE } from "../support/aws/gate-on-aws.js";

const { parse, stringify } = JSON;
const PEOPLE = [{ id: "alex", email: "alex@example.com" }, { id: "robin" }, { id: "dana", email: "dana@example.com" }];
const POLICY = { approvers: PEOPLE, quorum: 2 };

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(1, POLICY);
});
afterAll(() => gate.destroy());
afterEach(async () => {
  gate.aws.failing(null);
  await gate.upload({});
});

interface Value {
  readonly config: { readonly approval: object };
  readonly [field: string]: unknown;
}
const key = (run: string, name: string) => `runs/${run}/${name}`;
const outcome = (run: string) => gate.artifact<{ status: string; reason?: string }>(run, "outcome.json");

/** What whoever may write to the bucket makes of an artifact. */
function change(run: string, name: string, how: (value: Value) => object): void {
  gate.aws.s3.put(key(run, name), stringify(how(parse(gate.aws.s3.text(key(run, name)) ?? "{}"))));
}

const weak = (request: Value): object => ({
  ...request,
  config: { ...request.config, thresholds: { ask: 0.69, quorum: 0.69, block: 0.7 } },
});
const nobody: Answer = async () => {
  throw new Error("somebody was asked");
};

async function touched(): Promise<boolean> {
  const [tenant = ""] = gate.fleet.tenants;
  return gate.fleet.inTenant(tenant, async (client) => {
    const { rows } = await client.query(
      "select to_regclass('schema_gate.kept') as kept, count(*)::int as tables from pg_class",
    );
    const known = stringify(rows);
    untouched ??= known;
    return known !== untouched;
  });
}
let untouched: string | undefined;
beforeAll(touched);

describe("whoever may write the artifacts of a run", () => {
  it.each<[string, string, (run: string) => void]>([
    ["thresholds after Load", "Score", (run) => change(run, "request.json", weak)],
    ["the requester after Load", "Score", (run) => change(run, "request.json", (r) => ({ ...r, requester: "nobody" }))],
    [
      "who has a part in it, after the score",
      "RequestApproval",
      (run) => change(run, "request.json", ({ coauthors: _, ...r }) => ({ ...r, coauthors: [] })),
    ],
    [
      "the pipeline after the score",
      "RequestApproval",
      (run) => change(run, "request.json", ({ startedBy: _, ...r }) => r),
    ],
    [
      "approvers after Load",
      "Score",
      (run) =>
        change(run, "request.json", (r) => ({
          ...r,
          config: { ...r.config, approval: { ...r.config.approval, approvers: [...PEOPLE, { id: "mallory" }] } },
        })),
    ],
  ])("changes %s: nobody is asked by it and nothing runs", async (what, state, plant) => {
    const run = `change-${what.replaceAll(/\W+/g, "-")}`;
    await gate.upload({}, RELEASE, { authors: ["dana", "robin"] });
    const ended = await gate.run({ run, answer: nobody, before: (name) => (name === state ? plant(run) : undefined) });
    expect(ended.status).toBe("failed");
    expect(outcome(run)?.status).toBe("failed");
    expect(stringify(outcome(run))).toContain("was changed since it was loaded");
    expect(await touched()).toBe(false);
  });

  it("lays a request and its acceptance before the run begins", async () => {
    const run = "laid-before";
    await gate.run({
      run: "model",
      answer: nobody,
      before: (name) => (name === "Score" ? Promise.reject(new Error("enough")) : undefined),
    });
    const model = (name: string) => parse(gate.aws.s3.text(key("model", name)) ?? "{}");
    gate.aws.s3.put(key(run, "request.json"), stringify({ ...weak(model("request.json")), run }));
    gate.aws.s3.put(key(run, "input.json"), stringify(model("input.json")).replaceAll("model", run));
    const ended = await gate.run({ run, answer: nobody });
    expect(ended.status).toBe("failed");
    expect(stringify(outcome(run))).toContain("is not what its release and the stack's policy make of it");
    expect(await touched()).toBe(false);
  });

  it("exchanges the request between its making and the reading of it", async () => {
    const run = "race";
    gate.aws.failing(({ name, path }) => {
      if (name === "s3 GET" && path.endsWith(key(run, "request.json")) && gate.aws.s3.text(key(run, "request.json")))
        change(run, "request.json", (request) => ({ ...weak(request), requester: "nobody" }));
      return null;
    });
    const ended = await gate.run({ run, answer: nobody });
    expect(ended.status).toBe("failed");
    const [begun] = (gate.aws.s3.text(key(run, "audit.jsonl")) ?? "").split("\n");
    expect(parse(begun ?? "")).toMatchObject({ action: "run.started", actor: "dana" });
    expect(stringify(outcome(run))).toContain("was changed since it was loaded");
    expect(await touched()).toBe(false);
  });

  it.each<[string, (run: string) => void]>([
    [
      "clusters",
      (run) =>
        change(run, "clusters.json", (all) => (all as unknown as Value[]).map((one) => ({ ...one, pending: [] }))),
    ],
  ])("makes a release nothing by its %s: what is approved by nobody is not rolled out", async (what, plant) => {
    const run = `nothing-${what}`;
    await gate.run({ run, answer: nobody, before: (name) => (name === "Score" ? plant(run) : undefined) });
    expect(await touched()).toBe(false);
  });

  it("asks for one approval where two are due", async () => {
    const run = "one-for-two";
    await gate.upload({ thresholds: { ask: 0, quorum: 0, block: 0.7 } });
    let score = "";
    const ended = await gate.run({
      run,
      before: (name) => {
        if (name !== "RequestApproval") return;
        score = gate.aws.s3.text(key(run, "score.json")) ?? "";
        change(run, "score.json", (value) => ({ ...value, verdict: "ask" }));
      },
      answer: async () => {
        expect(gate.question(run).quorum).toBe(1);
        await decide(gate, gate.link(run, "alex"));
        gate.aws.s3.put(key(run, "score.json"), score);
      },
    });
    expect(ended.status).toBe("failed");
    expect(await touched()).toBe(false);
  });
});

describe("an author who is an approver as well, however the pipeline writes them", () => {
  it.each(["Alex Doe <alex@example.com>", "kim\nalex+release@example.com"])("%j cannot approve", async (author) => {
    const run = `author-${Buffer.from(author).toString("hex").slice(0, 40)}`;
    await gate.upload({}, RELEASE, { authors: ["kim", author] });
    const ended = await gate.run({
      run,
      answer: async () => {
        expect((await decide(gate, gate.link(run, "alex"))).statusCode).toBe(403);
        expect((await decide(gate, gate.link(run, "robin"), { verdict: "reject", reason: "no" })).statusCode).toBe(303);
      },
    });
    expect(outcome(run)?.status, stringify(ended)).toBe("rejected");
  });
});
