import { describe, expect, it } from "vitest";
import { type Attempt, approvalState, judge } from "../../../lib/core/approval/decide.js";
import { approvalsNeeded } from "../../../lib/core/approval/quorum.js";
import { type ApprovalEntry, type ApprovalRequest, requestProblem } from "../../../lib/core/approval/request.js";

const request: ApprovalRequest = {
  run: "run-1",
  digest: "abc",
  requester: "dana",
  approvers: [
    { id: "alex", email: "Alex@Example.com", slack: "U0ALEX" },
    { id: "robin", aliases: ["rob"] },
    { id: "dana.d", email: "dana@example.com", aliases: ["dana"] },
  ],
  quorum: 2,
  requestedAt: 1000,
  expiresAt: 2000,
};

const attempt = (change: Partial<Attempt> = {}): Attempt => ({
  run: "run-1",
  digest: "abc",
  name: "alex",
  channel: "link",
  verdict: "approve",
  reason: null,
  nonce: `nonce of ${change.name ?? "alex"}`,
  at: 1500,
  ...change,
});

function decided(...attempts: readonly Attempt[]): ApprovalEntry[] {
  const entries: ApprovalEntry[] = [];
  for (const one of attempts) {
    const judgement = judge(request, entries, one);
    if (!judgement.accepted) throw new Error(judgement.message);
    entries.push(judgement.decision);
  }
  return entries;
}

describe("who may decide", () => {
  it.each<[Partial<Attempt>, string]>([
    [{ run: "run-2" }, "wrong-run"],
    [{ digest: "abd" }, "digest-mismatch"],
    [{ at: 999 }, "clock"],
    [{ at: 2000 }, "expired"],
    [{ at: Number.NaN }, "expired"],
    [{ name: "mallory" }, "not-an-approver"],
    [{ name: "" }, "not-an-approver"],
    [{ name: "dana" }, "self-approval"],
    [{ name: " DANA\u200b " }, "self-approval"],
    [{ name: "dana.d" }, "self-approval"],
    [{ name: "dana@example.com", channel: "slack" }, "self-approval"],
    [{ name: "ｄａｎａ", channel: "terminal" }, "self-approval"],
    [{ verdict: "reject" }, "reason-missing"],
    [{ verdict: "reject", reason: "  " }, "reason-missing"],
  ])("%o is refused as %s", (change, code) => {
    expect(judge(request, [], attempt(change))).toMatchObject({ accepted: false, code });
  });

  it("an approver under any of their names", () => {
    for (const name of ["alex", "ALEX@example.COM", "u0alex"]) {
      expect(judge(request, [], attempt({ name }))).toMatchObject({ accepted: true, decision: { person: "alex" } });
    }
  });

  it("the requester may stop the run", () => {
    const stop = attempt({ name: "dana", verdict: "reject", reason: "found a mistake" });
    expect(approvalState(request, decided(stop), 1600)).toMatchObject({
      status: "rejected",
      reason: "dana.d rejected it: found a mistake",
    });
  });
});

describe("a quorum", () => {
  it("needs different people", () => {
    const first = decided(attempt());
    expect(approvalState(request, first, 1600)).toMatchObject({ status: "pending", missing: 1 });
    expect(judge(request, first, attempt({ name: "u0alex", nonce: "another" }))).toMatchObject({
      code: "already-decided",
    });
    const both = decided(attempt(), attempt({ name: "rob" }));
    expect(approvalState(request, both, 1600)).toMatchObject({ status: "approved", reason: "approved by alex, robin" });
  });

  it("ends with the first rejection", () => {
    const entries = decided(attempt(), attempt({ name: "robin", verdict: "reject", reason: "not on a Friday" }));
    expect(approvalState(request, entries, 1600).status).toBe("rejected");
    expect(judge(request, entries, attempt({ name: "dana", verdict: "reject", reason: "x" }))).toMatchObject({
      code: "closed",
    });
  });

  it("does not count a link twice, also once everything is over", () => {
    expect(judge(request, decided(attempt()), attempt())).toMatchObject({ code: "replayed" });
    expect(judge(request, decided(attempt(), attempt({ name: "robin" })), attempt({ at: 5000 }))).toMatchObject({
      code: "replayed",
    });
  });

  it("is as large as the verdict asks", () => {
    expect(["pass", "ask", "quorum", "blocked"].map((verdict) => approvalsNeeded(verdict as "pass", 3))).toEqual([
      0,
      1,
      3,
      null,
    ]);
    expect(approvalsNeeded("quorum", 1)).toBe(2);
  });
});

describe("the state of an approval", () => {
  it("expires, and stays approved when it was in time", () => {
    expect(approvalState(request, [], 2000).status).toBe("expired");
    expect(approvalState(request, decided(attempt()), 2000).status).toBe("expired");
    expect(approvalState(request, decided(attempt(), attempt({ name: "robin" })), 9000).status).toBe("approved");
  });

  it("is void once the fleet has changed, approved or not", () => {
    const voiding: ApprovalEntry = { kind: "void", reason: "tenant 042-prod has changed", at: 1700 };
    const entries = [...decided(attempt(), attempt({ name: "robin" })), voiding];
    expect(approvalState(request, entries, 1800)).toMatchObject({
      status: "void",
      reason: "tenant 042-prod has changed",
    });
    expect(judge(request, [voiding], attempt())).toMatchObject({ code: "closed" });
  });

  it("does not believe entries that the rules would have refused", () => {
    const [first, second] = decided(attempt(), attempt({ name: "robin" })) as [ApprovalEntry, ApprovalEntry];
    const forged: ApprovalEntry[][] = [
      [first, { ...first }],
      [first, { ...second, digest: "other" } as ApprovalEntry],
      [first, { ...second, person: "dana" } as ApprovalEntry],
      [first, { ...second, person: "mallory" } as ApprovalEntry],
      [first, { ...second, at: 2500 } as ApprovalEntry],
    ];
    for (const entries of forged) expect(approvalState(request, entries, 1800).status).toBe("pending");
  });
});

describe("a request that could never be answered", () => {
  it.each<[Partial<ApprovalRequest>, string | null]>([
    [{}, null],
    [{ quorum: 3 }, "only 2 approvers are not the requester dana"],
    [{ quorum: 0 }, "whole number"],
    [{ quorum: 1.5 }, "whole number"],
    [{ requester: " \u200b" }, "the requester has no name"],
    [{ expiresAt: 1000 }, "expire before"],
    [
      { approvers: [{ id: "alex" }, { id: "robin", aliases: ["ALEX"] }] },
      "the name alex belongs to more than one approver",
    ],
    [{ approvers: [] }, "2 approvals are needed, but there is no approver besides the requester dana"],
    [{ approvers: [], quorum: 1 }, "1 approval is needed"],
  ])("%o", (change, problem) => {
    const found = requestProblem({ ...request, ...change });
    if (problem === null) expect(found).toBeNull();
    else expect(found).toContain(problem);
  });
});
