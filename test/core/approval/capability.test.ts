import { describe, expect, it } from "vitest";
import { type Capability, issueCapability, readCapability } from "../../../lib/core/approval/capability.js";

const key = Buffer.alloc(32, 1);
const capability: Capability = {
  run: "run ⚡ 1",
  digest: "abc",
  person: "alex",
  scope: "decide",
  expiresAt: 2000,
  nonce: "0123456789abcdef",
};
const token = issueCapability(capability, key);

describe("a capability", () => {
  it("comes back as it was issued, and fits in a URL as it is", () => {
    expect(readCapability(token, key, 1999)).toEqual({ ok: true, capability });
    expect(encodeURIComponent(token)).toBe(token);
  });

  it("expires to the millisecond, and never holds without a clock", () => {
    expect(readCapability(token, key, 2000)).toEqual({ ok: false, reason: "expired" });
    expect(readCapability(token, key, Number.NaN)).toEqual({ ok: false, reason: "expired" });
  });

  it("is refused with every single character exchanged, dropped or doubled", () => {
    for (let at = 0; at < token.length; at += 1) {
      const exchanged = token[at] === "A" ? "B" : "A";
      for (const wrong of [exchanged, "", `${token[at]}${token[at]}`]) {
        const forged = token.slice(0, at) + wrong + token.slice(at + 1);
        expect(readCapability(forged, key, 1000).ok, `${at} → ${wrong}`).toBe(false);
      }
    }
  });

  it("is refused when signed with another key or for another purpose", () => {
    expect(readCapability(issueCapability(capability, Buffer.alloc(32, 2)), key, 1000)).toEqual({
      ok: false,
      reason: "forged",
    });
  });

  it("is refused with another body under its signature", () => {
    const [, signature] = token.split(".");
    const body = Buffer.from(JSON.stringify({ ...capability, person: "mallory" })).toString("base64url");
    expect(readCapability(`${body}.${signature}`, key, 1000)).toEqual({ ok: false, reason: "forged" });
  });

  it.each(["", ".", "a.b.c", `${token}.`, `${token}=`, "x".repeat(5000), `${token.split(".")[0]}.`])(
    "%s is refused",
    (text) => {
      expect(readCapability(text, key, 1000).ok).toBe(false);
    },
  );

  it("needs a key of 32 bytes", () => {
    expect(() => issueCapability(capability, Buffer.alloc(31))).toThrow(RangeError);
  });
});
