import { describe, expect, it } from "vitest";
import { clientSettings } from "../../../lib/adapters/aws/clients.js";
import { SnsNotifier } from "../../../lib/adapters/notify/sns-notifier.js";
import { simulatedStore } from "../../support/aws/services.js";
import { HOSTILE, notice } from "./notices.js";

const TOPIC = "arn:aws:sns:eu-central-1:123456789012:gate";

async function notifier() {
  const { aws } = await simulatedStore();
  return { aws, sns: new SnsNotifier(TOPIC, clientSettings(aws.variables())) };
}

/** Attributes of a message as SNS's query protocol numbers them. */
function approverOf(message: URLSearchParams): string | null {
  expect(message.get("MessageAttributes.entry.1.Name")).toBe("approver");
  expect(message.get("MessageAttributes.entry.1.Value.DataType")).toBe("String");
  return message.get("MessageAttributes.entry.1.Value.StringValue");
}

describe("SNS (simulated)", () => {
  it("asks each approver by a message of their own, marked for their subscription, with their link alone", async () => {
    const { aws, sns } = await notifier();
    const { recipients } = notice();
    const deliveries = await sns.approvalRequested(notice());
    expect(deliveries).toEqual(
      recipients.map(({ person }) => ({ channel: "sns", person: person.id, status: "sent", reason: null })),
    );
    expect(aws.published.map((message) => message.get("TopicArn"))).toEqual(recipients.map(() => TOPIC));
    expect(aws.published.map(approverOf).sort()).toEqual(recipients.map(({ person }) => person.id).sort());
    for (const message of aws.published) {
      const text = message.get("Message") ?? "";
      const shown = recipients.filter(({ link }) => text.includes(link)).map(({ person }) => person.id);
      expect(shown).toEqual([approverOf(message)]);
    }
  });

  it("says who has not confirmed a subscription and who has none, and asks the others", async () => {
    const { aws, sns } = await notifier();
    const people = ["ada", "grace", "mary"].map((id) => ({ person: { id, email: `${id}@example.com` }, link: id }));
    aws.subscriptions = { "Ada@example.com": `${TOPIC}:1`, "grace@example.com": "PendingConfirmation" };
    const unlisted = { person: { id: "robin" }, link: "robin" };
    const deliveries = await sns.approvalRequested(notice({ recipients: [...people, unlisted] }));
    expect(deliveries.map(({ person, status, reason }) => [person, status, reason])).toEqual([
      ["ada", "sent", null],
      ["grace", "failed", expect.stringContaining("has not confirmed its subscription")],
      ["mary", "failed", "their address has no subscription of the topic"],
      ["robin", "sent", null],
    ]);
    expect(aws.published.map(approverOf).sort()).toEqual(["ada", "robin"]);
  });

  it("asks everybody where something other than mail subscribes, which may reach them", async () => {
    const { aws, sns } = await notifier();
    aws.subscriptions = { "arn:aws:lambda:eu-central-1:123456789012:function:chat": `${TOPIC}:1` };
    const mary = { person: { id: "mary", email: "mary@example.com" }, link: "mary" };
    expect(await sns.approvalRequested(notice({ recipients: [mary] }))).toMatchObject([{ status: "sent" }]);
  });

  it("tells each of those who were asked how the run ended", async () => {
    const { aws, sns } = await notifier();
    const people = notice().recipients.map(({ person }) => person);
    await sns.ended({ run: "r", release: "demo", outcome: "halted", detail: "the breaker opened", people });
    expect(aws.published.map(approverOf).sort()).toEqual(people.map((person) => person.id).sort());
    for (const message of aws.published) expect(message.get("Message")).toContain("the breaker opened");
  });

  it("sends a subject that SNS takes: one line of ASCII below 100 characters, whatever names say", async () => {
    const { aws, sns } = await notifier();
    for (const release of [...HOSTILE, "ü".repeat(200), "a\nSubject: b"])
      await sns.approvalRequested(notice({ release }));
    expect(aws.published.length).toBeGreaterThan(HOSTILE.length);
    for (const message of aws.published) expect(message.get("Subject")).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it("says whom SNS refused, tries again when it throttles, and repeats no link in the reason", async () => {
    const { aws, sns } = await notifier();
    const { recipients } = notice();
    let refusals = 1;
    aws.failing(() => (refusals-- > 0 ? { status: 429, code: "Throttling" } : null));
    expect((await sns.approvalRequested(notice())).map((one) => one.status)).toEqual(recipients.map(() => "sent"));
    aws.failing(() => ({ status: 403, code: "AuthorizationError" }));
    const failed = await sns.approvalRequested(notice());
    expect(failed.map((one) => [one.status, one.reason])).toEqual(
      recipients.map(() => ["failed", expect.stringMatching(/^SNS refused: AuthorizationError\w*$/)]),
    );
  });
});
