import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approve, GateOnAws } from "../support/aws/gate-on-aws.js";

const THROTTLED = { status: 429, code: "ratelimited" };

let gate: GateOnAws;
beforeAll(async () => {
  const approvers = [
    { id: "alex", slack: "U0ALEX" },
    { id: "robin", slack: "U0ROBIN" },
  ];
  gate = await GateOnAws.create(1, { approvers });
  process.env.SCHEMA_GATE_SLACK_SECRET = "slack";
  const endpoint = `${gate.aws.variables().AWS_ENDPOINT_URL}/slack-api`;
  gate.aws.secrets.set("slack", JSON.stringify({ token: "xoxb-token", signingSecret: "signing-secret", endpoint }));
});
afterAll(() => gate.destroy());

const channelOf = (body: string) => (JSON.parse(body) as { channel: string }).channel;

describe("Slack that answers 429 to the functions", () => {
  it("is asked again after its pause, and what it never takes is audited; the run goes on", async () => {
    const refused = { U0ALEX: 1, U0ROBIN: Number.POSITIVE_INFINITY };
    gate.aws.failing(({ path, body }) => {
      if (!path.endsWith("/chat.postMessage")) return null;
      const channel = channelOf(body) as keyof typeof refused;
      refused[channel] -= 1;
      return refused[channel] >= 0 ? THROTTLED : null;
    });
    const ended = await gate.run({
      run: "throttled",
      answer: async (...question) => {
        gate.aws.failing(null);
        await approve(...question);
      },
    });
    expect(ended.status).toBe("succeeded");
    const questions = gate.aws.slack.filter(({ body }) => body.includes("schema-gate:approve"));
    const asked = questions.map(({ body }) => channelOf(body));
    expect(asked).toEqual(["U0ALEX", "U0ALEX", "U0ROBIN", "U0ROBIN", "U0ROBIN"]);
    const events = [...gate.aws.s3.objects].flatMap(([key, { bytes }]) =>
      key.startsWith("audit/throttled/events/") ? [JSON.parse(bytes.toString("utf8"))] : [],
    );
    expect(events.filter((event) => event.action === "fault.observed")).toEqual([
      expect.objectContaining({
        subject: { kind: "approver", name: "robin" },
        details: { channel: "slack", reason: "Slack answered 429 (tried 3 times)" },
      }),
    ]);
  }, 60_000);
});
