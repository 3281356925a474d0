import { describe, expect, it } from "vitest";
import { decideByLink, pendingApproval, visit } from "./harness.js";

describe("the review page's application", () => {
  it("shows the page to an approver and records the approval that the form sends", async () => {
    const pending = await pendingApproval();
    const page = await visit(pending, pending.link("alex"));
    expect(page.answer.status).toBe(200);
    expect(page.html).toContain("20240115_add_tenant_quota");
    const answer = await decideByLink(pending, pending.link("alex"));
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe(pending.link("alex"));
    expect(await pending.entries()).toMatchObject([{ verdict: "approve", person: "alex", channel: "link" }]);
    expect(pending.settled).toMatchObject([{ state: { status: "approved" } }]);
    expect(pending.events).toMatchObject([{ kind: "decision", person: "alex", verdict: "approve" }]);
    const after = await visit(pending, pending.link("alex"));
    expect(after.html).toContain("Approved");
    expect(after.html).not.toContain("<form");
  });
});
