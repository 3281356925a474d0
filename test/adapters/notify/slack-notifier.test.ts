import { describe, expect, it } from "vitest";
import { SlackApi } from "../../../lib/adapters/notify/slack-api.js";
import { SlackNotifier } from "../../../lib/adapters/notify/slack-notifier.js";
import { HOSTILE, notice, patientClock } from "./notices.js";
import { slackServer, TOKEN } from "./slack-server.js";

async function notifier(moods: Parameters<typeof slackServer>[0] = [], channel: string | null = "C0OPS") {
  const server = await slackServer(moods);
  const clock = patientClock();
  return {
    server,
    clock,
    slack: new SlackNotifier(new SlackApi({ token: TOKEN, endpoint: server.endpoint }), clock, channel),
  };
}

describe("Slack", () => {
  it("asks in the channel and each approver by themselves, with the verdict and buttons", async () => {
    const { server, slack } = await notifier();
    expect(await slack.approvalRequested(notice())).toEqual([
      { channel: "slack", person: "C0OPS", status: "sent", reason: null },
      { channel: "slack", person: "alex", status: "sent", reason: null },
    ]);
    expect(server.calls.map((call) => [call.path, call.body.channel])).toEqual([
      ["/api/chat.postMessage", "C0OPS"],
      ["/api/chat.postMessage", "U0ALEX"],
    ]);
    const [toChannel, toAlex] = server.calls.map((call) => JSON.stringify(call.body.blocks));
    for (const text of [toChannel, toAlex]) {
      expect(text).toContain("Ready for a decision: 20240115_add_tenant_quota");
      expect(text).toContain("Risk: 0.03");
      expect(text).toContain("042-prod, 159-legacy");
      expect(text).toContain("schema-gate:approve");
    }
    expect(toAlex).toContain("c=alexs");
  });

  it("shows a personal link to nobody else, and the token only to Slack", async () => {
    const { server, slack } = await notifier();
    await slack.approvalRequested(notice());
    expect(JSON.stringify(server.calls[0]?.body)).not.toContain("?c=");
    expect(JSON.stringify(server.calls.map((call) => call.body))).not.toContain("robins");
    expect(JSON.stringify(server.calls.map((call) => call.body))).not.toContain(TOKEN);
    expect(server.calls[0]?.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it("lets no hostile name mention, link, format or reorder anything", async () => {
    const { server, slack } = await notifier();
    await slack.approvalRequested(
      notice({ release: HOSTILE[1] ?? "", outliers: HOSTILE, requester: HOSTILE[2] ?? "" }),
    );
    await slack.ended({ run: "r", release: HOSTILE[1] ?? "", outcome: "done", detail: HOSTILE.join(), people: [] });
    const texts = server.calls.flatMap((call) => textObjects(call.body.blocks));
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => text.type !== "plain_text" || text.emoji !== false)).toEqual([]);
    for (const call of server.calls) {
      expect(call.body.text).not.toMatch(/[<>]/);
      expect(JSON.stringify(call.body)).not.toMatch(/\u202e|\\r/);
    }
  });

  it("keeps within Slack's limits for a name of any length", async () => {
    const { server, slack } = await notifier();
    await slack.approvalRequested(
      notice({ release: "😀".repeat(5000), outliers: Array.from({ length: 300 }, () => "x".repeat(500)) }),
    );
    const blocks = server.calls[0]?.body.blocks as {
      type: string;
      text?: { text: string };
      fields?: { text: string }[];
    }[];
    expect([...(blocks[0]?.text?.text ?? "")].length).toBeLessThanOrEqual(150);
    for (const field of blocks[1]?.fields ?? []) expect(field.text.length).toBeLessThanOrEqual(2000);
    expect(JSON.stringify(blocks)).toContain("and 295 more");
  });

  it("waits as long as Slack asks, and tries again", async () => {
    const { server, clock, slack } = await notifier(["rate limited", "broken", "ok"], "C0OPS");
    const [delivery] = await slack.ended({ run: "r", release: "x", outcome: "done", detail: "", people: [] });
    expect(delivery).toMatchObject({ status: "sent" });
    expect(clock.pauses).toEqual([7000, 4000]);
    expect(server.calls).toHaveLength(3);
  });

  it.each<[Parameters<typeof slackServer>[0], string, number]>([
    [["channel_not_found"], "Slack refused: channel_not_found", 1],
    [["broken", "broken", "broken"], "Slack answered 503 (tried 3 times)", 3],
    [["not JSON", "not JSON", "not JSON"], "Slack's answer was not JSON (tried 3 times)", 3],
  ])("reports what it could not deliver: %o", async (moods, reason, calls) => {
    const { server, slack } = await notifier(moods);
    expect(await slack.ended({ run: "r", release: "x", outcome: "done", detail: "", people: [] })).toEqual([
      { channel: "slack", person: "C0OPS", status: "failed", reason },
    ]);
    expect(server.calls).toHaveLength(calls);
  });

  it("reports a Slack that cannot be reached, without the token", async () => {
    const slack = new SlackNotifier(
      new SlackApi({ token: TOKEN, endpoint: "http://127.0.0.1:1/api" }),
      patientClock(),
      "C0OPS",
    );
    const [delivery] = await slack.ended({ run: "r", release: "x", outcome: "done", detail: "", people: [] });
    expect(delivery).toMatchObject({ status: "failed", reason: expect.stringContaining("Slack cannot be reached") });
    expect(JSON.stringify(delivery)).not.toContain(TOKEN);
  });

  it("answers interactions at Slack's address only", async () => {
    const api = new SlackApi({ token: TOKEN });
    for (const url of [
      "http://169.254.169.254/latest",
      "https://hooks.slack.com.evil.example/x",
      "file:///etc/passwd",
      "nonsense",
    ]) {
      expect(await api.respond(url, {})).toEqual({
        kind: "refused",
        reason: "the response address is not Slack's",
      });
    }
  });
});

function textObjects(value: unknown): { type: string; emoji?: boolean }[] {
  if (Array.isArray(value)) return value.flatMap(textObjects);
  if (value === null || typeof value !== "object") return [];
  const own = "text" in value && typeof value.text === "string" ? [value as unknown as { type: string }] : [];
  return [...own, ...Object.values(value).flatMap(textObjects)];
}
