import { createHmac, timingSafeEqual } from "node:crypto";

const PURPOSE = "schema-gate csrf v1\n";

/** What the form must send back: bound to the browser's cookie and to the capability that opened the page. */
export function csrfToken(key: Uint8Array, cookie: string, nonce: string): string {
  return createHmac("sha256", key).update(`${PURPOSE}${nonce}\n${cookie}`).digest("base64url");
}

export function csrfHolds(given: string, key: Uint8Array, cookie: string, nonce: string): boolean {
  const expected = Buffer.from(csrfToken(key, cookie, nonce));
  const actual = Buffer.from(given);
  return cookie !== "" && actual.length === expected.length && timingSafeEqual(actual, expected);
}

/**
 * Whether a browser says that a request comes from a page of another site. A browser sends `Sec-Fetch-Site`, or at least `Origin` with a
 * POST; a client that sends neither is not a browser, and still needs the cookie and the token.
 */
export function crossSite(headers: { readonly get: (name: string) => string | null }, origin: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return true;
  const from = headers.get("origin");
  return from !== null && from !== origin;
}
