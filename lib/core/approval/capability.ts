import { createHmac, timingSafeEqual } from "node:crypto";
import type { ApprovalRequest } from "./request.js";

/** What the holder of a link may do: `decide` once for one run and one digest, or only `view` the page. */
export interface Capability {
  readonly run: string;
  readonly digest: string;
  /** Id of the person it was created for. */
  readonly person: string;
  readonly scope: "decide" | "view";
  /** Milliseconds since the epoch; void from this moment on. */
  readonly expiresAt: number;
  /** Random; what makes it single-use. */
  readonly nonce: string;
}

export type CapabilityReading =
  | { readonly ok: true; readonly capability: Capability }
  | { readonly ok: false; readonly reason: "malformed" | "forged" }
  | { readonly ok: false; readonly reason: "expired"; readonly capability: Capability };

const PURPOSE = "schema-gate capability v2\n";
const LEAST_KEY_BYTES = 32;
export const NONCE_BYTES = 12;
/** HMAC-SHA-256 truncated to 128 bits (RFC 2104, section 5): nobody can try 2^127 links. */
const MAC_BYTES = 16;

/**
 * A new link's secret: 38 characters that fit in a URL. It names nobody; whom and what it is for is in the request, which the server keeps, and the
 * signature covers both. `nonce`: 12 random bytes. The key must have at least 32 random bytes; throws `RangeError` otherwise.
 */
export function issueCapability(
  request: ApprovalRequest,
  person: string,
  scope: Capability["scope"],
  nonce: Buffer,
  key: Uint8Array,
): string {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`a nonce has ${NONCE_BYTES} bytes`);
  const mac = sign(capabilityOf(request, person, scope, nonce), key);
  return Buffer.concat([nonce, mac]).toString("base64url");
}

/**
 * Whose link it is, found by trying everyone for whom the request could have created one. `request` is null when the run has no question: the answer
 * is then the same as for a forged link, so that nobody learns which runs exist. `now` in milliseconds since the epoch.
 */
export function readCapability(
  token: string,
  request: ApprovalRequest | null,
  key: Uint8Array,
  now: number,
): CapabilityReading {
  const bytes = Buffer.from(token, "base64url");
  // Base64 has several spellings of the same bytes; only one of them is ours.
  const canonical = bytes.toString("base64url") === token;
  if (!canonical || bytes.length !== NONCE_BYTES + MAC_BYTES) return { ok: false, reason: "malformed" };
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const given = bytes.subarray(NONCE_BYTES);
  const capability = possible(request, nonce).find((each) => timingSafeEqual(sign(each, key), given));
  if (capability === undefined) return { ok: false, reason: "forged" };
  return now < capability.expiresAt ? { ok: true, capability } : { ok: false, reason: "expired", capability };
}

function possible(request: ApprovalRequest | null, nonce: Buffer): readonly Capability[] {
  if (request === null) return [];
  return [
    ...request.approvers.map(({ id }) => capabilityOf(request, id, "decide", nonce)),
    capabilityOf(request, request.requester, "view", nonce),
  ];
}

function capabilityOf(
  { run, digest, expiresAt }: ApprovalRequest,
  person: string,
  scope: Capability["scope"],
  nonce: Buffer,
): Capability {
  return { run, digest, person, scope, expiresAt, nonce: nonce.toString("base64url") };
}

function sign({ run, digest, person, scope, expiresAt, nonce }: Capability, key: Uint8Array): Buffer {
  if (key.length < LEAST_KEY_BYTES) throw new RangeError(`a signing key needs at least ${LEAST_KEY_BYTES} bytes`);
  const signed = JSON.stringify([run, digest, person, scope, expiresAt, nonce]);
  return createHmac("sha256", key).update(PURPOSE).update(signed).digest().subarray(0, MAC_BYTES);
}
