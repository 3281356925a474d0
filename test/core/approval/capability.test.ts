import { describe, expect, it } from "vitest";
import { issueCapability, readCapability } from "../../../lib/core/approval/capability.js";
import type { ApprovalRequest } from "../../../lib/core/approval/request.js";

const key = Buffer.alloc(32, 1);
const nonce = Buffer.alloc(12, 5);
const request: ApprovalRequest = {
  run: "run ⚡ 1",
  digest: "abc",
  requester: "dana",
  approvers: [{ id: "alex" }, { id: "robin" }],
  quorum: 1,
  requestedAt: 0,
  expiresAt: 2000,
};
const token = issueCapability(request, "alex", "decide", nonce, key);
const read = (text: string, of: ApprovalRequest | null = request, by = key) => readCapability(text, of, by, 1999);

describe("a capability", () => {
  it("comes back as it was issued, is short, and fits in a URL as it is", () => {
    const { run, digest, expiresAt } = request;
    const capability = { run, digest, expiresAt, person: "alex", scope: "decide", nonce: token.slice(0, 16) };
    expect(read(token)).toEqual({ ok: true, capability });
    expect(token).toMatch(/^[\w-]{38}$/);
  });

  it("shows whose it is to nobody but the server", () => {
    expect(Buffer.from(token, "base64url").toString("latin1")).not.toMatch(/alex|abc|run/);
    expect(issueCapability(request, "alex", "decide", Buffer.alloc(12, 6), key)).not.toBe(token);
  });

  it("of a viewer is the requester's, and only shows", () => {
    const viewer = read(issueCapability(request, "dana", "view", nonce, key));
    expect(viewer).toMatchObject({ ok: true, capability: { person: "dana", scope: "view" } });
    expect(read(issueCapability(request, "alex", "view", nonce, key))).toEqual({ ok: false, reason: "forged" });
    expect(read(issueCapability(request, "dana", "decide", nonce, key))).toEqual({ ok: false, reason: "forged" });
  });

  it("expires to the millisecond, and never holds without a clock", () => {
    expect(readCapability(token, request, key, 2000)).toMatchObject({ ok: false, reason: "expired" });
    expect(readCapability(token, request, key, Number.NaN)).toMatchObject({ ok: false, reason: "expired" });
  });

  it("is refused with every single character exchanged, dropped or doubled", () => {
    for (let at = 0; at < token.length; at += 1) {
      const exchanged = token[at] === "A" ? "B" : "A";
      for (const wrong of [exchanged, "", `${token[at]}${token[at]}`]) {
        const forged = token.slice(0, at) + wrong + token.slice(at + 1);
        expect(read(forged).ok, `${at} → ${wrong}`).toBe(false);
      }
    }
  });

  it.each<[string, Partial<ApprovalRequest>]>([
    ["run", { run: "run-2" }],
    ["digest", { digest: "abd" }],
    ["expiry", { expiresAt: 3000 }],
    ["approver", { approvers: [{ id: "robin" }] }],
  ])("is refused for another %s", (_, change) => {
    expect(read(token, { ...request, ...change })).toEqual({ ok: false, reason: "forged" });
  });

  it("is refused with another key, and for a run that asks nothing", () => {
    expect(read(token, request, Buffer.alloc(32, 2))).toEqual({ ok: false, reason: "forged" });
    expect(read(token, null)).toEqual({ ok: false, reason: "forged" });
  });

  it.each(["", ".", "a.b.c", `${token}.`, `${token}=`, `${token} `, "x".repeat(5000)])("%s is refused", (text) => {
    expect(read(text)).toEqual({ ok: false, reason: "malformed" });
  });

  it("needs a key of 32 bytes and a nonce of 12", () => {
    expect(() => issueCapability(request, "alex", "decide", nonce, Buffer.alloc(31))).toThrow(RangeError);
    expect(() => issueCapability(request, "alex", "decide", Buffer.alloc(11), key)).toThrow(RangeError);
  });
});
