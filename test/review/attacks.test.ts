import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issueCapability } from "../../lib/core/approval/capability.js";
import type { ApprovalRequest } from "../../lib/core/approval/request.js";
import { voidApproval } from "../../lib/steps/approval/record-decision.js";
import { decideByLink, ORIGIN, type Pending, pendingApproval, post, TASK_TOKEN, visit } from "./harness.js";

/** Nothing was decided, nothing continued, and the audit trail says why. */
async function nothingDecided(pending: Pending, code: string): Promise<void> {
  expect(await pending.entries()).toEqual([]);
  expect(pending.settled.filter(({ state }) => state.status !== "expired")).toEqual([]);
  expect(pending.events.map((event) => (event.kind === "refusal" ? event.code : event.kind))).toEqual([code]);
}

/** A link for a person, signed for the question or for one that differs from it. */
function signed(
  { request, key }: Pending,
  { person = "alex", scope = "decide", by = key as Uint8Array, ...change }: Partial<ApprovalRequest> & Signing,
): string {
  return `/runs/${request.run}?c=${issueCapability({ ...request, ...change }, person, scope, randomBytes(12), by)}`;
}

interface Signing {
  readonly person?: string;
  readonly scope?: "decide" | "view";
  readonly by?: Uint8Array;
}

describe("attacks on an approval", () => {
  it("a link used twice: the second time does not count", async () => {
    const pending = await pendingApproval({ request: { quorum: 2 } });
    const page = await visit(pending, pending.link("alex"));
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(303);
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(409);
    expect(await pending.entries()).toHaveLength(1);
    expect(pending.events.at(-1)).toMatchObject({ kind: "refusal", code: "replayed", person: "alex" });
    expect(pending.settled).toEqual([]);
  });

  it("a forged signature", async () => {
    const pending = await pendingApproval();
    const forged = signed(pending, { by: Buffer.alloc(32, 9) });
    expect((await pending.app.request(forged)).status).toBe(403);
    expect((await post(pending, forged, {})).status).toBe(403);
    await nothingDecided(pending, "forged");
    expect(pending.events[0]).toMatchObject({ run: null, person: null });
  });

  it("a link for another person, made by editing one's own", async () => {
    const pending = await pendingApproval();
    const bytes = (person: string) => Buffer.from(pending.link(person).split("?c=")[1] ?? "", "base64url");
    const mixed = Buffer.concat([bytes("robin").subarray(0, 12), bytes("alex").subarray(12)]).toString("base64url");
    expect((await post(pending, `/runs/${pending.request.run}?c=${mixed}`, {})).status).toBe(403);
    await nothingDecided(pending, "forged");
  });

  it("no link at all", async () => {
    const pending = await pendingApproval();
    const address = `/runs/${pending.request.run}`;
    expect((await pending.app.request(address)).status).toBe(403);
    expect((await post(pending, address, {})).status).toBe(403);
    await nothingDecided(pending, "no-capability");
  });

  it("a link of another run", async () => {
    const pending = await pendingApproval();
    const other = pending.link("alex").replace(pending.request.run, "another-run");
    expect((await post(pending, other, {})).status).toBe(403);
    await nothingDecided(pending, "forged");
  });

  it("an edited digest in the form", async () => {
    const pending = await pendingApproval();
    expect((await decideByLink(pending, pending.link("alex"), { digest: "e".repeat(64) })).status).toBe(409);
    await nothingDecided(pending, "digest-mismatch");
  });

  it("a rightly signed link for another digest", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    const other = signed(pending, { digest: "e".repeat(64) });
    const sent = { csrf: page.csrf, cookie: page.cookie, digest: "e".repeat(64) };
    expect((await post(pending, other, sent)).status).toBe(403);
    await nothingDecided(pending, "forged");
  });

  it("an expired link", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    pending.wait(3_600_000);
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(410);
    expect((await pending.app.request(pending.link("alex"))).status).toBe(410);
    await nothingDecided(pending, "expired");
  });

  it("a link signed to outlive its request", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    const longer = signed(pending, { expiresAt: pending.request.expiresAt * 2 });
    pending.wait(3_600_000);
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, longer, sent)).status).toBe(403);
    await nothingDecided(pending, "forged");
  });

  it.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])("a mail scanner that sends %s", async (method) => {
    const pending = await pendingApproval();
    for (const address of [
      pending.link("alex"),
      `${pending.link("alex")}&verdict=approve`,
      `${pending.link("alex")}#approve`,
    ]) {
      await pending.app.request(address, { method });
    }
    expect(await pending.entries()).toEqual([]);
    expect(pending.events).toEqual([]);
    expect((await decideByLink(pending, pending.link("alex"))).status).toBe(303);
  });

  it("a scanner that follows the page's links and posts its form without the cookie", async () => {
    const pending = await pendingApproval();
    expect((await decideByLink(pending, pending.link("alex"), { cookie: "" })).status).toBe(403);
    await nothingDecided(pending, "csrf");
  });

  it.each<[string, Record<string, string>]>([
    ["its origin", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["its origin alone", { origin: "https://evil.example" }],
    ["no origin", { origin: "null" }],
    ["a sister site", { "sec-fetch-site": "same-site" }],
    ["no site at all", { "sec-fetch-site": "none" }],
  ])("a POST from another site that shows %s", async (_, headers) => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie, headers };
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(403);
    await nothingDecided(pending, "cross-site");
  });

  it("the form of one approver's page sent through another's link", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, pending.link("robin"), sent)).status).toBe(403);
    await nothingDecided(pending, "csrf");
  });

  it("self-approval: the requester gets no link, and a signed one does not count", async () => {
    const pending = await pendingApproval();
    expect(pending.link("dana")).toBe("");
    const own = signed(pending, { person: "dana" });
    expect((await decideByLink(pending, own)).status).toBe(403);
    await nothingDecided(pending, "self-approval");
  });

  it("someone who is no approver any more", async () => {
    const pending = await pendingApproval();
    expect((await decideByLink(pending, signed(pending, { person: "mallory" }))).status).toBe(403);
    await nothingDecided(pending, "forged");
  });

  it("a link that only shows the page", async () => {
    const pending = await pendingApproval();
    const viewer = signed(pending, { person: "dana", scope: "view" });
    const page = await visit(pending, viewer);
    expect(page.answer.status).toBe(200);
    expect(page.html).not.toContain("<form");
    expect((await post(pending, viewer, {})).status).toBe(403);
    await nothingDecided(pending, "view-only");
  });

  it("two approvers at once: both count towards a quorum of two, and the run goes on once", async () => {
    const pending = await pendingApproval({ request: { quorum: 2 } });
    const answers = await Promise.all(["alex", "robin"].map((person) => decideByLink(pending, pending.link(person))));
    expect(answers.map((answer) => answer.status)).toEqual([303, 303]);
    expect((await pending.entries()).map((entry) => entry.kind === "decision" && entry.person).sort()).toEqual([
      "alex",
      "robin",
    ]);
    expect(pending.settled.map(({ state }) => state.status)).toEqual(["approved"]);
  });

  it("two approvers at once where one is enough: one counts, the other is told", async () => {
    const pending = await pendingApproval();
    const answers = await Promise.all(["alex", "robin"].map((person) => decideByLink(pending, pending.link(person))));
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409]);
    expect(await pending.entries()).toHaveLength(1);
  });

  it("one link sent twenty times at once: it counts once", async () => {
    const pending = await pendingApproval({ request: { quorum: 2 } });
    const page = await visit(pending, pending.link("alex"));
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(pending, pending.link("alex"), sent)));
    expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1);
    expect(await pending.entries()).toHaveLength(1);
  });

  it("approve and reject at once: the first that is recorded stands", async () => {
    const pending = await pendingApproval();
    await Promise.all([
      decideByLink(pending, pending.link("alex")),
      decideByLink(pending, pending.link("robin"), { verdict: "reject", reason: "no" }),
    ]);
    expect(await pending.entries()).toHaveLength(1);
    expect(new Set(pending.settled.map(({ state }) => state.status)).size).toBe(1);
  });

  it("approval after the fleet changed", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    pending.change({ digest: "f".repeat(64) });
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(409);
    await nothingDecided(pending, "digest-mismatch");
    const again = await visit(pending, pending.link("alex"));
    expect(again.answer.status).toBe(409);
    expect(again.html).toContain("What you saw has changed");
  });

  it("approval after the gate voided it", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    await voidApproval(pending.approvals, pending.request.run, "tenant 042-prod has changed", 1);
    const sent = { csrf: page.csrf, digest: page.digest, cookie: page.cookie };
    expect((await post(pending, pending.link("alex"), sent)).status).toBe(409);
    expect((await visit(pending, pending.link("alex"))).html).toContain("tenant 042-prod has changed");
  });

  it("a rejection without a reason is asked for one, and the link still works", async () => {
    const pending = await pendingApproval();
    const answer = await decideByLink(pending, pending.link("alex"), { verdict: "reject" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("A rejection needs a reason.");
    await nothingDecided(pending, "reason-missing");
    await decideByLink(pending, pending.link("alex"), { verdict: "reject", reason: "the index is missing" });
    expect(pending.settled).toMatchObject([
      { state: { status: "rejected", rejection: { reason: "the index is missing" } } },
    ]);
  });

  it.each(["", "maybe", "approve\u0000"])("a form with the verdict %j", async (verdict) => {
    const pending = await pendingApproval();
    expect((await decideByLink(pending, pending.link("alex"), { verdict })).status).toBe(400);
    await nothingDecided(pending, "bad-form");
  });

  it("a body of a megabyte, and one that is no form", async () => {
    const pending = await pendingApproval();
    const headers = { origin: ORIGIN, "content-type": "application/x-www-form-urlencoded" };
    const large = await pending.app.request(pending.link("alex"), {
      method: "POST",
      headers,
      body: "a".repeat(2 ** 20),
    });
    expect(large.status).toBe(413);
    const json = await pending.app.request(pending.link("alex"), {
      method: "POST",
      body: "{}",
      headers: { origin: ORIGIN },
    });
    expect(json.status).toBe(400);
    expect(await pending.entries()).toEqual([]);
  });

  it("a task token or capability in a page, a header, the audit trail or what is shown of an error", async () => {
    const pending = await pendingApproval();
    const token = pending.link("alex").split("?c=")[1] ?? "";
    const shown: string[] = [];
    const note = async (answer: Response) => {
      const headers = [...answer.headers].filter(([name]) => name !== "location");
      shown.push(await answer.text(), JSON.stringify(headers));
    };
    await note(await pending.app.request(pending.link("alex")));
    await note(await pending.app.request(pending.link("alex").replace("?", "/progress?")));
    await note(await decideByLink(pending, pending.link("alex"), { verdict: "reject" }));
    await note(await decideByLink(pending, pending.link("alex"), { csrf: "no" }));
    await note(await decideByLink(pending, pending.link("alex")));
    await note(await pending.app.request(pending.link("alex")));
    pending.deps.approvals.read = () => Promise.reject(new Error(`disk failed near ${TASK_TOKEN}`));
    const failed = await pending.app.request(pending.link("alex"));
    expect(failed.status).toBe(500);
    await note(failed);
    const everything = [...shown, JSON.stringify(pending.events), JSON.stringify(pending.settled)].join("\n");
    expect(everything).not.toContain(TASK_TOKEN);
    expect(everything).not.toContain(token);
  });
});
