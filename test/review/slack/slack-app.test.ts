import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { SlackApi } from "../../../lib/adapters/notify/slack-api.js";
import { decideInSlack, type SlackDeps, slackApp } from "../../../lib/review/slack/slack-app.js";
import { slackServer, TOKEN } from "../../adapters/notify/slack-server.js";
import { pendingApproval } from "../harness.js";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";

/** The application of a pending approval, a local Slack, and a way to send what Slack would send. */
async function slack(
  options: Parameters<typeof pendingApproval>[0] = {},
  moods: Parameters<typeof slackServer>[0] = [],
) {
  const pending = await pendingApproval(options);
  const server = await slackServer(moods);
  const api = new SlackApi({ token: TOKEN, endpoint: server.endpoint });
  const later: Promise<void>[] = [];
  const deps: SlackDeps = {
    ...pending.deps,
    signingSecret: SECRET,
    api,
    later: async (interaction) => void later.push(decideInSlack(deps, interaction)),
  };
  const app = slackApp(deps);
  /** As Slack sends it; until what is done afterwards is done. */
  const send = async (payload: object, change: Parameters<typeof sendTo>[2] = {}) => {
    const answer = await sendTo(app, payload, change);
    await Promise.all(later);
    return answer;
  };
  const sendTo = (to: typeof app, payload: object, change: { secret?: string; at?: number; body?: string } = {}) => {
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor((change.at ?? pending.deps.clock.now()) / 1000));
    const signature = `v0=${createHmac("sha256", change.secret ?? SECRET)
      .update(`v0:${timestamp}:${body}`)
      .digest("hex")}`;
    return to.request("/slack/interactions", {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature,
      },
      body: change.body ?? body,
    });
  };
  const button = JSON.stringify({ run: pending.request.run, digest: pending.request.digest });
  const press = (user: string, action = "schema-gate:approve", value = button, ts = "1.1") => ({
    type: "block_actions",
    user: { id: user, name: "whoever" },
    trigger_id: "t.1",
    response_url: `${server.origin}/actions/T1/1`,
    actions: [{ action_id: action, action_ts: ts, value, type: "button" }],
  });
  const form = (user: string, reason: string | null) => ({
    type: "view_submission",
    user: { id: user },
    view: {
      id: "V1",
      callback_id: "schema-gate:reject-view",
      private_metadata: JSON.stringify({ ...JSON.parse(button), answerAt: `${server.origin}/actions/T1/2` }),
      state: { values: { reason: { text: { type: "plain_text_input", value: reason } } } },
    },
  });
  return { ...pending, slackDeps: deps, server, app, send, sendTo, press, form };
}

const told = (server: Awaited<ReturnType<typeof slackServer>>) => server.calls.map((call) => call.body.text).join("\n");

describe("decisions in Slack", () => {
  it("approve under the name that Slack gives", async () => {
    const gate = await slack();
    expect((await gate.send(gate.press("U0ALEX"))).status).toBe(200);
    expect(await gate.entries()).toMatchObject([{ person: "alex", channel: "slack", verdict: "approve" }]);
    expect(gate.settled).toMatchObject([{ state: { status: "approved" } }]);
    expect(told(gate.server)).toContain("Your approval counts.");
  });

  it("reject after asking for the reason", async () => {
    const gate = await slack();
    await gate.send(gate.press("U0ALEX", "schema-gate:reject"));
    expect(gate.server.calls.map((call) => call.path)).toEqual(["/api/views.open"]);
    expect(await gate.entries()).toEqual([]);
    const empty = await gate.send(gate.form("U0ALEX", null));
    expect(await empty.json()).toMatchObject({
      response_action: "errors",
      errors: { reason: expect.stringContaining("needs a reason") },
    });
    const answer = await gate.send(gate.form("U0ALEX", "not on a Friday"));
    expect(await answer.json()).toEqual({ response_action: "clear" });
    expect(gate.settled).toMatchObject([{ state: { status: "rejected", rejection: { reason: "not on a Friday" } } }]);
    expect(told(gate.server)).toContain("Your rejection counts.");
  });

  it("say so when a rejection does not count", async () => {
    const gate = await slack();
    const answer = await gate.send(gate.form("U0MALLORY", "not on a Friday"));
    expect(await answer.json()).toEqual({ response_action: "clear" });
    expect(await gate.entries()).toEqual([]);
    expect(told(gate.server)).toContain("This does not count");
  });

  it("answer Slack before anything is decided, and decide once what is handed over twice", async () => {
    const gate = await slack({ request: { quorum: 2 } });
    const handed: Parameters<SlackDeps["later"]>[0][] = [];
    const deps = {
      ...gate.slackDeps,
      later: async (interaction: (typeof handed)[number]) => void handed.push(interaction),
    };
    const answer = await gate.sendTo(slackApp(deps), gate.press("U0ALEX"));
    expect(answer.status).toBe(200);
    expect(await gate.entries()).toEqual([]);
    for (const interaction of [...handed, ...handed]) await decideInSlack(deps, interaction);
    expect(await gate.entries()).toHaveLength(1);
  });

  it("say when the form for the reason could not be opened", async () => {
    const gate = await slack({}, ["channel_not_found"]);
    await gate.send(gate.press("U0ALEX", "schema-gate:reject"));
    expect(told(gate.server)).toContain("The form could not be opened");
  });
});

describe("attacks through Slack", () => {
  it("self-approval by the requester's Slack account", async () => {
    const gate = await slack();
    await gate.send(gate.press("U0DANA"));
    expect(await gate.entries()).toEqual([]);
    expect(gate.events).toMatchObject([{ kind: "refusal", code: "self-approval", channel: "slack" }]);
    expect(told(gate.server)).toContain("cannot approve it");
  });

  it("a member who is no approver", async () => {
    const gate = await slack();
    await gate.send(gate.press("U0MALLORY"));
    expect(gate.events).toMatchObject([{ code: "not-an-approver" }]);
    expect(await gate.entries()).toEqual([]);
  });

  it("a signature by another secret, over another body, or none", async () => {
    const gate = await slack();
    expect((await gate.send(gate.press("U0ALEX"), { secret: "other" })).status).toBe(401);
    const payload = encodeURIComponent(JSON.stringify(gate.press("U0ALEX")));
    expect((await gate.send(gate.press("U0MALLORY"), { body: `payload=${payload}` })).status).toBe(401);
    const bare = await gate.app.request("/slack/interactions", { method: "POST", body: `payload=${payload}` });
    expect(bare.status).toBe(401);
    expect(await gate.entries()).toEqual([]);
    expect(gate.events.map((event) => event.kind === "refusal" && event.code)).toEqual(["forged", "forged", "forged"]);
  });

  it.each([-301_000, 301_000])("a request signed %d ms away", async (offset) => {
    const gate = await slack();
    expect((await gate.send(gate.press("U0ALEX"), { at: gate.deps.clock.now() + offset })).status).toBe(401);
    expect(await gate.entries()).toEqual([]);
  });

  it("the same request again, and a storm of it", async () => {
    const gate = await slack({ request: { quorum: 2 } });
    const answers = await Promise.all(Array.from({ length: 10 }, () => gate.send(gate.press("U0ALEX"))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(409)]);
    expect(await gate.entries()).toHaveLength(1);
  });

  it("the same press signed again, as a retry is", async () => {
    const gate = await slack({ request: { quorum: 2 } });
    await gate.send(gate.press("U0ALEX"));
    gate.wait(1000);
    await gate.send(gate.press("U0ALEX"));
    gate.wait(1000);
    await gate.send(gate.press("U0ALEX", "schema-gate:approve", undefined, "2.2"));
    expect(await gate.entries()).toHaveLength(1);
    expect(gate.events.slice(1).map((event) => event.kind === "refusal" && event.code)).toEqual([
      "replayed",
      "already-decided",
    ]);
  });

  it("a button of an older question, and one after the fleet changed", async () => {
    const gate = await slack();
    const value = JSON.stringify({ run: gate.request.run, digest: "older" });
    await gate.send(gate.press("U0ALEX", "schema-gate:approve", value));
    gate.change({ digest: "f".repeat(64) });
    await gate.send(gate.press("U0ALEX", "schema-gate:approve", undefined, "2.2"));
    expect(gate.events.map((event) => event.kind === "refusal" && event.code)).toEqual([
      "digest-mismatch",
      "digest-mismatch",
    ]);
    expect(await gate.entries()).toEqual([]);
  });

  it.each([{}, { type: "view_closed" }, { type: "block_actions" }, []])(
    "a payload that is none of ours: %o",
    async (payload) => {
      const gate = await slack();
      expect((await gate.send(payload)).status).toBe(200);
      expect(await gate.entries()).toEqual([]);
    },
  );

  it("an answer address that is not Slack's", async () => {
    const gate = await slack();
    const elsewhere = { ...gate.press("U0ALEX"), response_url: "http://127.0.0.1:1/steal" };
    expect((await gate.send(elsewhere)).status).toBe(200);
    expect(gate.server.calls).toEqual([]);
    expect(await gate.entries()).toHaveLength(1);
  });

  it("the bot's token or the task token in anything sent or audited", async () => {
    const gate = await slack();
    await gate.send(gate.press("U0DANA"));
    await gate.send(gate.press("U0ALEX"));
    const all = JSON.stringify([gate.server.calls.map((call) => call.body), gate.events, gate.settled]);
    expect(all).not.toContain(TOKEN);
    expect(all).not.toContain("the-task-token");
    expect(all).not.toContain(SECRET);
  });
});
