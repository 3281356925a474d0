import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { decide } from "../support/aws/function-url.js";
import { type Answer, approve, GateOnAws, RELEASE, type RunOptions } from "../support/aws/gate-on-aws.js";
import { newPackKey, PACK_KEY } from "../support/aws/pack-key.js";

const { parse, stringify } = JSON;
const PEOPLE = [{ id: "alex" }, { id: "robin" }, { id: "dana" }];
const POLICY = { approvers: PEOPLE, quorum: 2 };
const DANA = { id: "dana", publicKey: newPackKey().publicKey, namesAuthor: false };

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(1, POLICY);
  // What the pack's config says of the registry counts.
  delete process.env.SCHEMA_GATE_REGISTRY;
});
afterAll(async () => {
  await gate.destroy();
});
afterEach(async () => {
  gate.aws.failing(null);
  gate.setPolicy(POLICY);
  await gate.upload({});
});

const objects = () => gate.aws.s3.objects;
const evidence = (run: string) =>
  gate.artifact<{ findings: { code: string; severity: string }[] }>(run, "evidence.json")?.findings ?? [];
const codes = (run: string) => evidence(run).map(({ code }) => code);
const trail = (run: string) =>
  (gate.aws.s3.text(`runs/${run}/audit.jsonl`) ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => parse(line) as { action: string; actor: string; details: Record<string, unknown> });

/** What lies under the key, taken apart, changed and put back by somebody without the pipeline's key. */
function repacked(change: (envelope: { body: string; signatures: object[] }) => object): void {
  const envelope = parse(gunzipSync(objects().get(RELEASE)?.bytes ?? Buffer.alloc(0)).toString("utf8"));
  gate.aws.s3.put(RELEASE, gzipSync(stringify(change(envelope))));
}

/** Ended before anything was read of a tenant or asked of a person, sealed, with the code in report and trail. */
async function refused(run: string, code: string, options: Partial<RunOptions> = {}): Promise<void> {
  const nobody: Answer = async () => {
    throw new Error("somebody was asked");
  };
  const ended = await gate.run({ run, answer: nobody, ...options });
  expect(ended.status).toBe("failed");
  expect(codes(run)).toContain(code);
  expect(gate.artifact(run, "outcome.json")).toMatchObject({ status: "failed" });
  expect(trail(run).map(({ action }) => action)).toContain("step.failed");
  expect(gate.aws.s3.text(`runs/${run}/audit.seal.json`)).toContain("signatures");
  const touched = [...objects().keys()].filter((key) => /\/results\/|\/fleet\.json$/.test(key) && key.includes(run));
  expect(touched).toEqual([]);
}

describe("whoever may write to inputs/, without a key of the stack's", () => {
  it.each<[string, string, () => Promise<void> | void]>([
    ["a pack that nobody signed", "pack.unsigned", () => repacked((pack) => ({ ...pack, signatures: [] }))],
    ["a pack of the writer's own key", "pack.unknown-signer", () => gate.upload({}, RELEASE, {}, newPackKey())],
    [
      "another config under the pipeline's signature",
      "pack.forged",
      () => repacked((pack) => ({ ...pack, body: pack.body.replace('"mode":"run"', '"mode":"check"') })),
    ],
    [
      "a migration more under the pipeline's signature",
      "pack.forged",
      () => {
        const more = { path: "V9__evil.sql", base64: Buffer.from("drop table users;").toString("base64") };
        repacked((pack) => {
          const body = parse(pack.body) as { files: object[] };
          return { ...pack, body: stringify({ ...body, files: [...body.files, more] }) };
        });
      },
    ],
    [
      "the signature of another pack",
      "pack.forged",
      async () => {
        await gate.upload({}, "inputs/other.json.gz", { authors: ["alex"] });
        const other = parse(gunzipSync(objects().get("inputs/other.json.gz")?.bytes ?? "").toString("utf8"));
        repacked((pack) => ({ ...pack, signatures: other.signatures }));
      },
    ],
    [
      "a pack of an older schema-gate, which signed nothing",
      "pack.version",
      () => repacked(({ body }) => ({ ...parse(body), format: 1, requester: "dana" })),
    ],
    ["a pack of a newer one", "pack.version", () => repacked((pack) => ({ ...pack, format: 3 }))],
    ["a text that is no pack", "pack.unreadable", () => gate.aws.s3.put(RELEASE, "{}")],
    ["a body that is no JSON", "pack.unreadable", () => repacked((pack) => ({ ...pack, body: "{" }))],
    [
      "a pipeline's pack that names no author",
      "pack.no-author",
      () => gate.upload({}, RELEASE, { authors: [] }, PACK_KEY),
    ],
  ])("%s", async (what, code, write) => {
    await write();
    await refused(what.replaceAll(/\W+/g, "-"), code);
  });

  it("another pack, put in the place of the one whose signature held", async () => {
    let reads = 0;
    const other = gzipSync("{}");
    gate.aws.failing(({ name, path }) => {
      if (name === "s3 GET" && path.endsWith(RELEASE)) reads += 1;
      if (reads === 2 && path.endsWith(RELEASE)) {
        const envelope = parse(gunzipSync(objects().get(RELEASE)?.bytes ?? other).toString("utf8"));
        gate.aws.s3.put(RELEASE, gzipSync(stringify({ ...envelope, body: envelope.body.replace("1.0.0", "1.0.1") })));
      }
      return null;
    });
    const ended = await gate.run({ run: "exchanged", answer: async () => {} });
    expect(ended.status).toBe("failed");
    expect(stringify(gate.artifact("exchanged", "outcome.json"))).toContain("is not the release that was accepted");
  });

  it("a redrive does not let in what was refused", async () => {
    repacked((pack) => ({ ...pack, signatures: [] }));
    await refused("again", "pack.unsigned");
    await refused("again", "pack.unsigned", { from: { state: "Load", input: {} } });
  });
});

describe("whoever may change the YAML in a pull request", () => {
  it.each([
    ["the registry's query", { registry: { query: { url: "env:AWS_SESSION_TOKEN", sql: "select 1" } } }],
    ["the registry's query to a secret of another", { registry: { query: { url: "secret:link-key", sql: "select" } } }],
    ["the staging server", { staging: { mode: "server", url: "secret:evil" } }],
  ])("%s to where the stack does not lead", async (what, changes) => {
    await gate.upload(changes);
    const before = gate.aws.calls.length;
    await refused(what.replaceAll(/\W+/g, "-"), "policy.secret");
    const secrets = gate.aws.calls.slice(before).filter(({ name }) => name === "secretsmanager.GetSecretValue");
    expect(secrets).toEqual([]);
  });
});

describe("the stack's policy", () => {
  it("makes whoever signed the requester, whatever the pack says", async () => {
    const key = newPackKey();
    gate.setPolicy({ ...POLICY, signers: [{ ...DANA, publicKey: key.publicKey }] });
    await gate.upload({ requester: "alex" }, RELEASE, { authors: ["robin"] }, key);
    await gate.run({
      run: "signed-by-dana",
      answer: async (_, run) => {
        expect(gate.question(run).requester).toBe("dana");
        expect((await decide(gate, gate.link(run, "dana"))).statusCode).toBe(403);
      },
    });
  });

  it("says where the page is: it answers there, behind a domain of the stack's own, and nowhere else", async () => {
    const origin = "https://gate.example.com";
    gate.setPolicy({ ...POLICY, origins: [origin, "https://old.example.com"] });
    const ended = await gate.run({
      run: "own-domain",
      answer: async (_, run) => {
        const link = gate.link(run, "alex");
        const from = async (at: string) =>
          (await decide(gate, link, { verdict: "reject", reason: "no", headers: { origin: at } })).statusCode;
        expect(await from("https://evil.example")).toBe(403);
        expect(await from("https://gate.lambda-url.eu-central-1.on.aws")).toBe(403);
        expect(await from("https://old.example.com")).toBe(303);
      },
    });
    expect(ended.status).toBe("failed");
    expect(gate.artifact("own-domain", "outcome.json")).toMatchObject({ status: "rejected" });
    expect(gate.aws.published.map(String).join()).toContain("gate.example.com%2Fruns%2Fown-domain");
  });

  it("that changes while a run waits makes its approval void: an approver who was removed does not count", async () => {
    const ended = await gate.run({
      run: "removed",
      answer: async (...question) => {
        await approve(...question);
        gate.setPolicy({ ...POLICY, approvers: [{ id: "robin" }] });
      },
    });
    expect(ended.status).toBe("failed");
    expect(gate.artifact("removed", "outcome.json")).toMatchObject({
      status: "blocked",
      reason: expect.stringContaining("policy"),
    });
    expect(trail("removed").map(({ action }) => action)).toContain("approval.void");
  });

  it("that changes while the gates are at work ends the run before anybody is asked", async () => {
    const ended = await gate.run({
      run: "updated",
      before: (name) => {
        if (name === "Score") gate.setPolicy({ ...POLICY, approvers: [{ id: "robin" }] });
      },
      answer: async () => {
        throw new Error("somebody was asked");
      },
    });
    expect(ended.status).toBe("failed");
    expect(stringify(gate.artifact("updated", "outcome.json"))).toContain("the policy of the stack has changed");
  });

  it.each([
    ["is not there", ""],
    ["is no policy", '{"approvers":[]}'],
    ["has a key of no known kind", stringify({ approvers: [], signers: [{ id: "a", publicKey: "x" }] })],
  ])("that %s lets nothing in", async (what, text) => {
    process.env.SCHEMA_GATE_POLICY = text;
    const ended = await gate.run({ run: what.replaceAll(/\W+/g, "-"), answer: async () => {} });
    expect(ended.status).toBe("failed");
    expect([...objects().keys()].filter((key) => key.startsWith("approvals/") && key.includes(what))).toEqual([]);
  });
});

// Last, since it rolls the release out.
describe("YAML that asks for less than the stack", () => {
  it("thresholds, quorum, approvers, origin, channels, requester: the stack's count, and what was wanted is recorded", async () => {
    const people = [...PEOPLE, { id: "kim", aliases: ["release-pipeline"] }, { id: "lee", email: "lee@example.com" }];
    gate.setPolicy({ approvers: people, quorum: 2, thresholds: { ask: 0, quorum: 0, block: 0.7 } });
    const changes = {
      requester: "nobody",
      thresholds: { ask: 0.69, quorum: 0.69, block: 0.7 },
      approval: {
        approvers: [{ id: "mallory" }],
        quorum: 1,
        origin: "https://evil.example",
        email: { host: "evil.example", from: "gate@evil.example", user: "u", password: "env:AWS_SESSION_TOKEN" },
      },
    };
    await gate.upload(changes, RELEASE, { authors: ["dana", "lee@example.com"] });
    const statuses: number[] = [];
    const ended = await gate.run({
      run: "yaml",
      answer: async (_, run) => {
        expect(gate.question(run)).toMatchObject({
          requester: "dana",
          startedBy: "release-pipeline",
          coauthors: ["lee@example.com"],
          approvers: people,
          quorum: 2,
        });
        for (const person of ["mallory", "dana", "kim", "lee", "alex", "robin"])
          statuses.push((await decide(gate, gate.link(run, person))).statusCode);
      },
    });
    expect(statuses).toEqual([403, 403, 403, 403, 303, 303]);
    expect(ended.status).toBe("succeeded");
    expect(gate.aws.published.map(String).join()).not.toContain("evil.example");
    expect(gate.aws.published.map(String).join()).toContain("lambda-url");
    expect(codes("yaml")).toEqual(
      expect.arrayContaining([
        "policy.approver",
        "policy.threshold",
        "policy.quorum",
        "policy.origin",
        "policy.channel",
      ]),
    );
    const refusals = trail("yaml").filter(({ action }) => action === "approval.refused");
    expect(refusals.map(({ actor, details }) => [actor, details.code])).toEqual([
      ["dana", "self-approval"],
      ["kim", "self-approval"],
      ["lee", "self-approval"],
    ]);
    expect(trail("yaml")[0]).toMatchObject({ actor: "dana", details: { startedBy: "release-pipeline" } });
  });
});
