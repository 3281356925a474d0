import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { handler as load } from "../../functions/aws/load.js";
import { handler as start } from "../../functions/aws/start.js";
import type { Finding } from "../../lib/core/finding.js";
import { decide } from "../support/aws/function-url.js";
import { context, GateOnAws, LINK_KEY, RELEASE } from "../support/aws/gate-on-aws.js";
import { retriedFaster } from "../support/aws/retried-faster.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(3);
});
afterAll(() => gate.destroy());
afterEach(async () => {
  gate.aws.failing(null);
  gate.writeRegistry();
  await gate.upload({});
  gate.aws.secrets.set("tenants", JSON.stringify({ username: "postgres", password: gate.fleet.server.password }));
});

const outcome = (run: string) => gate.artifact<{ status: string; reason: string }>(run, "outcome.json");
const evidence = (run: string) => gate.artifact<{ findings: readonly Finding[] }>(run, "evidence.json");
const codes = (run: string) =>
  evidence(run)
    ?.findings.filter((one) => one.severity === "error")
    .map((one) => one.code);
/** The run ended, was sealed, and is no pass. */
async function blocked(run: string, reason: RegExp, release = RELEASE): Promise<void> {
  const ended = await gate.run({ run, release });
  expect(ended.status).toBe("failed");
  expect(["blocked", "failed"]).toContain(outcome(run)?.status);
  expect(JSON.stringify(evidence(run)?.findings)).toMatch(reason);
  expect(gate.aws.s3.text(`runs/${run}/audit.seal.json`)).toContain("signatures");
}

describe("bad input to the gate on AWS's services (simulated)", () => {
  it.each([
    ["names nothing", "inputs/unknown.json.gz", /there is no release s3:\/\/gate\/inputs\/unknown\.json\.gz/],
    ["leaves inputs/", "inputs/../registry/tenants.csv", /is not a key of a release/],
    ["is no pack", "inputs/broken.json.gz", /inputs\/broken\.json\.gz cannot be unpacked/],
    ["is too large", "inputs/large.json.gz", /inputs\/large\.json\.gz has 67108865 bytes/],
  ])("a release key that %s", async (what, release, reason) => {
    gate.aws.s3.put("inputs/broken.json.gz", "not gzip");
    if (what === "is too large") gate.aws.s3.put("inputs/large.json.gz", Buffer.alloc(64 * 1024 * 1024 + 1));
    await blocked(`key-${what.replaceAll(/\W/g, "-")}`, reason, release);
    gate.aws.s3.objects.delete("inputs/large.json.gz");
  });

  it.each([
    ["nothing", undefined],
    ["no object", "run"],
    ["a run that leaves its folder", { run: "../other", release: RELEASE, execution: "arn:x" }],
    ["no release", { run: "malformed", execution: "arn:x" }],
    ["a release that is no text", { run: "malformed", release: 7, execution: "arn:x" }],
  ])("an event with %s", async (_, event) => {
    const before = [...gate.aws.s3.objects.keys()].sort();
    await expect(load(event, context(900_000))).rejects.toThrow();
    expect([...gate.aws.s3.objects.keys()].sort()).toEqual(before);
  });

  it("a registry that is not in the bucket", async () => {
    gate.aws.s3.objects.delete("registry/tenants.csv");
    await blocked("no-registry", /the registry s3:\/\/gate\/registry\/tenants\.csv is not there/);
  });

  it.each([
    ["without a password", JSON.stringify({ username: "postgres" }), /the secret tenants has no password/],
    ["that is no JSON", "just-a-text", /the secret tenants is not JSON/],
    ["with a wrong password", JSON.stringify({ password: "not-the-password" }), /password authentication failed/],
  ])("a secret %s", async (what, secret, reason) => {
    gate.aws.secrets.set("tenants", secret);
    const run = `secret-${what.replaceAll(/\W/g, "-")}`;
    await blocked(run, reason);
    expect(codes(run)).toContain("introspect.unreachable");
    expect([...gate.aws.s3.objects.values()].some(({ bytes }) => bytes.includes("not-the-password"))).toBe(false);
  });

  it("a secret that is not there", async () => {
    gate.aws.secrets.delete("tenants");
    await blocked("secret-gone", /the secret tenants could not be read: ResourceNotFoundException/);
  });

  it("an artifact that vanished between two steps", async () => {
    const ended = await gate.run({
      run: "artifact-gone",
      before: (name) => {
        if (name === "Score") gate.aws.s3.objects.delete("runs/artifact-gone/clusters.json");
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("artifact-gone")?.status).not.toBe("passed");
  });

  it("an artifact that was cut", async () => {
    const ended = await gate.run({
      run: "artifact-cut",
      before: (name) => {
        if (name === "Probe") gate.aws.s3.put("runs/artifact-cut/release.json", '{"migrations":[');
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("artifact-cut")?.status ?? "none").not.toBe("passed");
  });

  it("an artifact that is larger than a function may read", async () => {
    const ended = await gate.run({
      run: "artifact-large",
      before: (name) => {
        if (name === "Diverge") gate.aws.s3.putLarge("runs/artifact-large/release.json", 300_000_000);
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("artifact-large")?.status ?? "none").not.toBe("passed");
    expect(gate.logs.join()).toContain("runs/artifact-large/release.json has 300000000 bytes");
  });

  it("a question that would outlive its execution", async () => {
    await gate.upload({ approval: { expires: "15d" } });
    await blocked("too-long", /load\.approval-too-long.*an execution on AWS ends after 14 days/);
  });

  it("throttling that does not end", async () => {
    const refusing = /^s3 PUT .*\/clusters\.json/;
    const ended = await gate.run({
      run: "throttled-for-good",
      amended: (definition) => retriedFaster(definition, 100),
      before: (name) => {
        if (name === "Diverge")
          gate.aws.failing((call) => (refusing.test(`${call.name} ${call.path}`) ? THROTTLED : null));
      },
    });
    expect(ended.status).toBe("failed");
    expect(outcome("throttled-for-good")).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("TransientFailure"),
    });
  }, 120_000);
});

const THROTTLED = { status: 429, code: "TooManyRequestsException" };

describe("the gate on AWS's services (simulated)", () => {
  it("starts one run for an event that is delivered twice", async () => {
    const event = { time: "2026-11-22T17:00:00Z", detail: { object: { key: RELEASE } } };
    expect(await start(event)).toMatchObject({ run: "demo-1.0-20261122T170000Z", fresh: true });
    expect(await start(event)).toMatchObject({ run: "demo-1.0-20261122T170000Z" });
    const execution = gate.aws.executions.get("demo-1.0-20261122T170000Z");
    if (execution) execution.status = "SUCCEEDED";
    expect(await start(event)).toMatchObject({ run: "demo-1.0-20261122T170000Z", fresh: false });
    expect([...gate.aws.executions.keys()].filter((name) => name.startsWith("demo-1.0"))).toHaveLength(1);
    await expect(start({ detail: { object: { key: "elsewhere/x" } } })).rejects.toThrow();
    await expect(start({ run: "x/y", release: RELEASE })).rejects.toThrow();
  });

  it("goes on although a secret is rotated in the middle, through throttling, and shows no token and no secret", async () => {
    const tokens: string[] = [];
    const rotated = "rotated-in-the-middle";
    let throttled = 0;
    const throttle = () => {
      throttled += 1;
      return throttled % 5 === 0 ? THROTTLED : null;
    };
    const owner = new pg.Client({ connectionString: gate.fleet.server.url("postgres") });
    await owner.connect();
    const ended = await gate.run({
      run: "first",
      amended: (definition) => retriedFaster(definition, 100),
      before: async (name) => {
        if (name === "Probe") {
          await owner.query(`alter role postgres password '${rotated}'`);
          gate.aws.secrets.set("tenants", JSON.stringify({ password: rotated }));
        }
        // One call in five is refused, for the rest of the run.
        if (name === "DryRun") gate.aws.failing(throttle);
      },
      answer: async (_, run, token) => {
        gate.aws.failing(null);
        tokens.push(token);
        const again = await load({ run, release: RELEASE, execution: "arn:another" }, context(900_000)).catch((e) => e);
        expect(again).toMatchObject({ name: "DuplicateRun" });
        expect((await decide(gate, gate.link(run, "alex"))).statusCode).toBe(303);
        expect(gate.aws.answered.map((one) => one.token)).toEqual([token]);
      },
    });
    await owner.query(`alter role postgres password '${gate.fleet.server.password}'`);
    await owner.end();
    expect(outcome("first")).toMatchObject({ status: "passed" });
    expect(ended.status).toBe("succeeded");
    expect(throttled).toBeGreaterThan(5);
    expect(gate.logs.length).toBeGreaterThan(10);
    const objects = [...gate.aws.s3.objects].map(([key, { bytes }]) => `${key} ${bytes.toString("latin1")}`);
    const everything = [...objects, ...gate.logs, ...gate.states, ...gate.pages].join("\n");
    const secrets = [...tokens, gate.fleet.server.password, rotated, LINK_KEY];
    for (const secret of secrets) expect(everything.includes(secret), secret.slice(0, 4)).toBe(false);
  });
});
