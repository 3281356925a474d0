import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { handler as remind } from "../../functions/aws/remind.js";
import { type Answer, approve, context, GateOnAws } from "../support/aws/gate-on-aws.js";

const HOUR = 3_600_000;
const TOPIC = "arn:aws:sns:eu-central-1:123456789012:gate";
const approvers = ["alex", "robin", "dana"].map((id) => ({ id, email: `${id}@example.com` }));

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(1, { approvers, quorum: 2, thresholds: { ask: 0, quorum: 0, block: 0.7 } });
});
afterEach(() => {
  vi.useRealTimers();
  gate.aws.subscriptions = null;
});
afterAll(() => gate.destroy());

const later = (hours: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + hours * HOUR });
const events = (run: string, action: string) =>
  [...gate.aws.s3.objects]
    .filter(([key]) => key.startsWith(`audit/${run}/events/`))
    .map(([, { bytes }]) => JSON.parse(bytes.toString("utf8")))
    .filter((event) => event.action === action);
/** Subjects by the person who is told. */
const mails = (run: string) =>
  gate.aws.published
    .filter((body) => body.toString().includes(run))
    .map((body) => `${body.get("MessageAttributes.entry.1.Value.StringValue")}: ${body.get("Subject")}`);

it("those who have not answered are reminded once, when a quarter of their time is left, and each time it is counted", async () => {
  const run = "reminded";
  const answer: Answer = async () => {
    expect(await remind({}, context(300_000))).toEqual([]);
    await approve(gate, run, "");
    const before = mails(run).length;
    later(17);
    expect(await remind({}, context(300_000))).toEqual([]);
    vi.useRealTimers();
    later(19);
    const logged = gate.logs.length;
    expect(await remind({}, context(300_000))).toEqual([run]);
    expect(await remind({}, context(300_000))).toEqual([run]);
    expect(mails(run).slice(before)).toEqual([expect.stringMatching(/^robin: Reminder: /)]);
    expect(gate.logs.slice(logged).filter((line) => line.includes('"ApprovalsLate":1'))).toHaveLength(2);
    vi.useRealTimers();
    later(25);
    expect(await remind({}, context(300_000))).toEqual([]);
    vi.useRealTimers();
    expect((await gate.request(gate.link(run, "robin"))).statusCode).toBe(200);
  };
  await gate.run({ run, answer });
  expect(events(run, "approval.reminded")).toMatchObject([{ details: { people: ["robin"] } }]);
}, 120_000);

it("a run of which nobody got the question ends and says why, instead of waiting for nobody", async () => {
  const run = "nobody";
  gate.aws.subscriptions = { "alex@example.com": "PendingConfirmation", "team@example.com": `${TOPIC}:1` };
  const ended = await gate.run({ run, answer: async () => expect.unreachable("the run waits for nobody") });
  expect(ended).toMatchObject({ status: "failed", error: "failed" });
  const findings = JSON.stringify(gate.artifact(run, "evidence.json"));
  expect(findings).toContain("none of the approvers of nobody could be asked");
  expect(findings).toContain("alex by sns: their address has not confirmed its subscription");
  expect(findings).toContain("robin by sns: their address has no subscription of the topic");
  expect(events(run, "fault.observed").map(({ subject }) => subject.name)).toEqual(["alex", "robin"]);
}, 120_000);

it("a run of which one approver got the question waits for that one", async () => {
  const run = "one";
  gate.aws.subscriptions = { "alex@example.com": `${TOPIC}:1` };
  let asked = false;
  await gate.run({
    run,
    answer: async () => {
      asked = true;
    },
  });
  expect(asked).toBe(true);
}, 120_000);
