import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApprovalEntry, ApprovalRequest } from "../../lib/core/approval/request.js";
import { decide } from "../support/aws/function-url.js";
import { type Answer, GateOnAws } from "../support/aws/gate-on-aws.js";

let gate: GateOnAws;
beforeAll(async () => {
  gate = await GateOnAws.create(1);
});
afterAll(() => gate.destroy());

const { parse, stringify } = JSON;
const objects = () => gate.aws.s3.objects;
const keyOf = (run: string, name: string) =>
  `approvals/${createHash("sha256").update(run).digest("hex").slice(0, 32)}/${name}`;
const FIRST = "entries/000000.json";

/** What whoever may write to the bucket can say of alex. */
function approval(request: ApprovalRequest, person = "alex"): ApprovalEntry {
  const rest = { channel: "link", reason: null, nonce: "planted", at: Date.now() } as const;
  return { kind: "decision", verdict: "approve", person, digest: request.digest, ...rest };
}

/** Writes straight into the bucket; then the execution wakes, as if somebody had seen its token. */
function planted(what: (run: string) => Promise<void> | void): Answer {
  return async (_, run) => what(run);
}

const rejects = async (run: string) =>
  expect((await decide(gate, gate.link(run, "alex"), { verdict: "reject", reason: "no" })).statusCode).toBe(303);

const ATTACKS: readonly [string, Answer][] = [
  [
    "an approval without a MAC",
    planted((run) => gate.aws.s3.put(keyOf(run, FIRST), stringify(approval(gate.question(run))))),
  ],
  [
    "an approval with a MAC of the attacker's",
    planted((run) =>
      gate.aws.s3.put(keyOf(run, FIRST), stringify({ body: approval(gate.question(run)), mac: "A".repeat(43) })),
    ),
  ],
  [
    "an approval with the MAC of the question",
    planted((run) => {
      const { mac } = parse(gate.aws.s3.text(keyOf(run, "request.json")) ?? "");
      gate.aws.s3.put(keyOf(run, FIRST), stringify({ body: approval(gate.question(run)), mac }));
    }),
  ],
  [
    "a rejection that was made an approval",
    planted(async (run) => {
      await rejects(run);
      const { body, mac } = parse(gate.aws.s3.text(keyOf(run, FIRST)) ?? "");
      gate.aws.s3.put(keyOf(run, FIRST), stringify({ body: { ...body, verdict: "approve" }, mac }));
    }),
  ],
  [
    "a rejection that was removed, with an approval after it",
    planted(async (run) => {
      await rejects(run);
      const rejection = objects().get(keyOf(run, FIRST));
      objects().delete(keyOf(run, FIRST));
      if (rejection) objects().set(keyOf(run, "entries/000001.json"), rejection);
    }),
  ],
  [
    "a question with the attacker among the approvers",
    planted((run) => {
      const { body, mac } = parse(gate.aws.s3.text(keyOf(run, "request.json")) ?? "");
      const question = stringify({ body: { ...body, approvers: [{ id: "mallory" }] }, mac });
      gate.aws.s3.put(keyOf(run, "request.json"), question);
    }),
  ],
  ["an entry that is no JSON", planted((run) => gate.aws.s3.put(keyOf(run, FIRST), "{"))],
  [
    "an entry of half a character",
    planted((run) => gate.aws.s3.put(keyOf(run, FIRST), '{"body":"\\ud800","mac":"A"}')),
  ],
  ["an entry under another name", planted((run) => gate.aws.s3.put(keyOf(run, "entries/zz.json"), "{}"))],
];

/** Ended, sealed, named, and no tenant was touched. */
async function refused(run: string, answer: Answer): Promise<void> {
  const ended = await gate.run({ run, answer });
  expect(ended.status).toBe("failed");
  const { findings } = gate.artifact<{ findings: { code: string }[] }>(run, "evidence.json") ?? { findings: [] };
  expect(findings.map(({ code }) => code)).toContain("approval.tampered");
  expect(gate.artifact(run, "outcome.json")).toMatchObject({ status: "failed" });
  expect(gate.aws.s3.text(`runs/${run}/audit.seal.json`)).toContain("signatures");
  expect(gate.aws.s3.text(`runs/${run}/audit.jsonl`)).toContain("so no approval of the run");
  expect([...objects().keys()].filter((key) => key.startsWith(`runs/${run}/results/Migrate`))).toEqual([]);
}

describe("what is written straight into approvals/", () => {
  it.each(ATTACKS)("%s", async (what, answer) => {
    await refused(what.replaceAll(/\W+/g, "-"), answer);
  });

  it("an approval of another run", async () => {
    await gate.upload({ thresholds: { quorum: 0 } });
    let approved: Buffer = Buffer.alloc(0);
    // One of the two that are needed.
    await gate.run({
      run: "half",
      answer: async (_, run) => {
        expect((await decide(gate, gate.link(run, "alex"))).statusCode).toBe(303);
        approved = objects().get(keyOf(run, FIRST))?.bytes ?? approved;
      },
    });
    await gate.upload({});
    await refused("moved", async (_, run) => gate.aws.s3.put(keyOf(run, FIRST), approved));
  });

  it("a question that is there before it is asked", async () => {
    const body = { run: "early", digest: "0".repeat(64), requester: "dana", approvers: [{ id: "mallory" }] };
    gate.aws.s3.put(keyOf("early", "request.json"), stringify({ body, mac: "A".repeat(43) }));
    await refused("early", async () => {});
  });

  it("an approver who meets it is told, it is audited, and the run is woken", async () => {
    await refused("met", async (_, run, token) => {
      const link = gate.link(run, "alex");
      gate.aws.s3.put(keyOf(run, FIRST), "{}");
      expect((await gate.request(link)).statusCode).toBe(409);
      const answer = await gate.request(link, { method: "POST", body: "verdict=approve" });
      expect(answer.statusCode).toBe(409);
      expect(answer.body).toContain("Somebody else wrote");
      expect(gate.aws.answered.map((one) => one.token)).toContain(token);
    });
    expect(gate.aws.s3.text("runs/met/audit.jsonl")).toContain('"code":"tampered"');
  });
});
