import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type FunctionUrlAnswer } from "../support/aws/function-url.js";
import { approve, GateOnAws } from "../support/aws/gate-on-aws.js";

const RUN = "attacked";
const SIGNING_SECRET = "the-signing-secret-of-slack";
const SCANNERS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"];

let gate: GateOnAws;
let done: Promise<unknown>;
let release: () => void;

/** One run of the real gate, held at its question for as long as the tests attack it. */
beforeAll(async () => {
  gate = await GateOnAws.create(2, {
    approvers: [
      { id: "dana", slack: "U0DANA" },
      { id: "alex", slack: "U0ALEX" },
      { id: "robin", slack: "U0ROBIN" },
    ],
  });
  process.env.SCHEMA_GATE_SLACK_SECRET = "slack";
  const { AWS_ENDPOINT_URL } = gate.aws.variables();
  const endpoint = `${AWS_ENDPOINT_URL}/slack-api`;
  gate.aws.secrets.set("slack", JSON.stringify({ token: "xoxb-token", signingSecret: SIGNING_SECRET, endpoint }));
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await new Promise<void>((asked) => {
    done = gate.run({
      run: RUN,
      answer: async () => {
        asked();
        await held;
      },
    });
  });
});
afterAll(async () => {
  release();
  await done;
  await gate.destroy();
});

const entries = () => [...gate.aws.s3.objects.keys()].filter((key) => key.includes("/entries/"));

/** Refused, with nothing decided and nothing continued. */
function refused(answer: FunctionUrlAnswer, status: number): void {
  expect(answer.statusCode, answer.body).toBe(status);
  expect(entries()).toEqual([]);
  expect(gate.aws.answered).toEqual([]);
}

function slackPress(user: string, key = SIGNING_SECRET, at = Math.floor(Date.now() / 1000)) {
  const { digest } = gate.question(RUN);
  const action = { action_id: "schema-gate:approve", action_ts: "1.1", value: JSON.stringify({ run: RUN, digest }) };
  const payload = {
    type: "block_actions",
    user: { id: user },
    trigger_id: "1",
    response_url: `${gate.aws.variables().AWS_ENDPOINT_URL}/slack-api/answer`,
    actions: [action],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const signature = `v0=${createHmac("sha256", key).update(`v0:${at}:${body}`).digest("hex")}`;
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": String(at),
    "x-slack-signature": signature,
  };
  return gate.request("/slack/interactions", { method: "POST", body, headers });
}

describe("attacks on the approval Function URL", () => {
  it.each(SCANNERS)("a mail scanner that sends %s", async (method) => {
    const link = gate.link(RUN, "alex");
    for (const address of [link, `${link}&verdict=approve`]) await gate.request(address, { method });
    expect(entries()).toEqual([]);
    expect(gate.aws.answered).toEqual([]);
  });

  it("no link, a link that is not whole, and a run that is not there", async () => {
    refused(await gate.request(`/runs/${RUN}`, { method: "POST", body: "verdict=approve" }), 403);
    refused(await gate.request(`/runs/${RUN}?c=abc`), 403);
    refused(await gate.request("/runs/nothing?c=abc.def"), 403);
    refused(await gate.request("/"), 404);
  });

  it("a forged signature", async () => {
    refused(await decide(gate, gate.link(RUN, "alex", {}, "another-key-of-32-bytes-or-more-....")), 403);
  });

  it("a link for another expiry", async () => {
    refused(await decide(gate, gate.link(RUN, "alex", { expiresAt: Date.now() + 1e9 })), 403);
  });

  it("a link for another digest", async () => {
    const answer = await decide(gate, gate.link(RUN, "alex", { digest: "e".repeat(64) }));
    expect([400, 403, 409]).toContain(answer.statusCode);
    expect(entries()).toEqual([]);
  });

  it("a link of another run", async () => {
    const link = gate.link(RUN, "alex", { run: "another" });
    refused(await decide(gate, link), 403);
  });

  it.each<[string, Record<string, string>]>([
    ["another origin", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another origin alone", { origin: "https://evil.example", "sec-fetch-site": "same-origin" }],
    ["a sister site", { "sec-fetch-site": "same-site" }],
    ["a forwarded host", { origin: "https://evil.example", "x-forwarded-host": "evil.example", host: "evil.example" }],
  ])("a POST from %s", async (_, headers) => {
    refused(await decide(gate, gate.link(RUN, "alex"), { headers }), 403);
  });

  it("a form without its cookie", async () => {
    refused(await decide(gate, gate.link(RUN, "alex"), { cookie: "form=1" }), 403);
  });

  it("a bucket that cannot be read: the page says nothing of it, the log does", async () => {
    const link = gate.link(RUN, "alex");
    gate.aws.failing(({ name }) => (name.startsWith("s3 ") ? { status: 403, code: "AccessDenied" } : null));
    const answer = await gate.request(link);
    gate.aws.failing(null);
    refused(answer, 500);
    expect(answer.body).not.toContain("AccessDenied");
    expect(gate.logs.filter((line) => line.includes("review failed")).join()).toContain("could not be read");
  });

  it("self-approval, and someone who is no approver", async () => {
    refused(await decide(gate, gate.link(RUN, "dana")), 403);
    refused(await decide(gate, gate.link(RUN, "mallory")), 403);
  });

  it("a body that is too large, or that is no form", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(2 ** 20) };
    refused(await gate.request(gate.link(RUN, "alex"), { method: "POST", body: "a".repeat(2 ** 20), headers }), 413);
    refused(await gate.request(gate.link(RUN, "alex"), { method: "POST", body: "{}" }), 400);
  });

  it("Slack's interactions with a wrong key, an old time, and from the requester", async () => {
    refused(await slackPress("U0ALEX", "another-secret"), 401);
    refused(await slackPress("U0ALEX", SIGNING_SECRET, Math.floor(Date.now() / 1000) - 3600), 401);
    expect((await slackPress("U0DANA")).statusCode).toBe(200);
    await Promise.all(gate.later);
    expect(entries()).toEqual([]);
    expect(gate.aws.slack.at(-1)?.body).toContain("This does not count");
  });

  it("Slack has its answer before the run is looked at; what the page hands to itself decides", async () => {
    const { onInvoke } = gate.aws;
    const handed: unknown[] = [];
    gate.aws.onInvoke = (event) => handed.push(event);
    const before = gate.aws.calls.length;
    expect((await slackPress("U0DANA")).statusCode).toBe(200);
    const asked = gate.aws.calls.slice(before).map(({ name, path }) => `${name} ${path}`);
    expect(asked.filter((call) => /^lambda\.Invoke .*\/gate\/invocations$/.test(call))).toHaveLength(1);
    expect(asked.filter((call) => call.includes(`/runs/${RUN}/`))).toEqual([]);
    expect(handed).toMatchObject([{ slack: { type: "block_actions", user: { id: "U0DANA" } } }]);
    gate.aws.onInvoke = onInvoke;
  });

  it("a request of the Function URL that says it was handed over", async () => {
    const body = JSON.stringify({ slack: { type: "block_actions", user: { id: "U0ALEX" } } });
    refused(await gate.request("/", { method: "POST", body }), 404);
  });

  it("the audit trail names the refusals whose link was ours", () => {
    const events = [...gate.aws.s3.objects].flatMap(([key, { bytes }]) =>
      key.startsWith(`audit/${RUN}/events/`) ? [JSON.parse(bytes.toString("utf8"))] : [],
    );
    const codes = events.flatMap((event) => (event.action === "approval.refused" ? [event.details.code] : []));
    expect(codes).toEqual(expect.arrayContaining(["cross-site", "csrf", "self-approval"]));
  });

  it("a storm of the same Slack message and two approvers at once: one decision, and the run goes on once", async () => {
    const at = Math.floor(Date.now() / 1000);
    const link = gate.link(RUN, "robin");
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => slackPress("U0ALEX", SIGNING_SECRET, at)),
      decide(gate, link),
      decide(gate, link),
    ]);
    await Promise.all(gate.later);
    expect(answers.filter((answer) => answer.statusCode === 303).length).toBeLessThanOrEqual(1);
    expect(entries()).toHaveLength(1);
    expect(gate.aws.answered).toHaveLength(1);
    const late = await approve(gate, RUN, "").catch((error: Error) => error.message);
    expect(late).toMatch(/answered with 4\d\d/);
    expect(entries()).toHaveLength(1);
  });

  it("everyone but the requester was asked in Slack, by a message of their own", () => {
    const posted = gate.aws.slack.filter(({ path }) => path.endsWith("/chat.postMessage"));
    const channels = posted.map(({ body }) => (JSON.parse(body) as { channel: string }).channel);
    expect(channels.sort()).toEqual(["U0ALEX", "U0ROBIN"]);
  });

  it("no page shows the task token, a capability's key or a secret", () => {
    const pages = gate.pages.join("\n");
    for (const secret of [...gate.aws.answered.map((one) => one.token), SIGNING_SECRET, "xoxb-token"])
      expect(pages).not.toContain(secret);
  });
});
