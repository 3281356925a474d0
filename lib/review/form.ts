import { createHash, randomBytes } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Capability } from "../core/approval/capability.js";
import type { DecisionForm } from "./components/decision.js";
import { csrfToken } from "./csrf.js";
import type { ReviewDeps } from "./deps.js";
import { runPath } from "./links.js";

/** Gives the browser a cookie and the form the matching token. Nothing is stored on our side. */
export function issueForm(c: Context, deps: ReviewDeps, capability: Capability): DecisionForm {
  const cookie = formCookie(c, capability) || randomBytes(18).toString("base64url");
  setCookie(c, cookieName(capability), cookie, {
    path: runPath(capability.run),
    httpOnly: true,
    secure: deps.origin.startsWith("https:"),
    sameSite: "Strict",
  });
  return { person: capability.person, csrf: csrfToken(deps.key, cookie, capability.nonce), refusal: null };
}

export function formCookie(c: Context, capability: Capability): string {
  return getCookie(c, cookieName(capability)) ?? "";
}

/** One per link, so that two open pages do not take each other's. The name reveals nothing about the link. */
function cookieName(capability: Capability): string {
  return `form-${createHash("sha256").update(capability.nonce).digest("hex").slice(0, 12)}`;
}
