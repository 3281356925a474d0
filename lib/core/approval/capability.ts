import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** What the holder of a link may do: `decide` once for one run and one digest, or only `view` the page. */
const capabilitySchema = z.strictObject({
  run: z.string().min(1),
  digest: z.string().min(1),
  /** Id of the person it was made for. */
  person: z.string().min(1),
  scope: z.enum(["decide", "view"]),
  /** Milliseconds since the epoch; void from this moment on. */
  expiresAt: z.int().min(0),
  /** Random; what makes it single-use. */
  nonce: z.string().min(16),
});

export type Capability = z.infer<typeof capabilitySchema>;

export type CapabilityReading =
  | { readonly ok: true; readonly capability: Capability }
  | { readonly ok: false; readonly reason: "malformed" | "forged" | "expired" };

const PURPOSE = "schema-gate capability v1\n";
const LEAST_KEY_BYTES = 32;
const LONGEST_TOKEN = 4096;

/** The capability as a text that fits in a URL. The key must have 32 random bytes or more; throws `RangeError` otherwise. */
export function issueCapability(capability: Capability, key: Uint8Array): string {
  const body = Buffer.from(JSON.stringify(capabilitySchema.parse(capability)), "utf8").toString("base64url");
  return `${body}.${sign(body, key).toString("base64url")}`;
}

/** Checks the signature before it looks inside. `now` in milliseconds since the epoch. */
export function readCapability(token: string, key: Uint8Array, now: number): CapabilityReading {
  const [body, signature, ...more] = token.split(".");
  if (token.length > LONGEST_TOKEN || !body || !signature || more.length > 0) return { ok: false, reason: "malformed" };
  const expected = sign(body, key);
  const given = Buffer.from(signature, "base64url");
  // Base64 has several spellings of the same bytes; only one of them is ours.
  const canonical = given.toString("base64url") === signature;
  if (!canonical || given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { ok: false, reason: "forged" };
  }
  const parsed = capabilitySchema.safeParse(parseJson(Buffer.from(body, "base64url").toString("utf8")));
  if (!parsed.success) return { ok: false, reason: "malformed" };
  if (!(now < parsed.data.expiresAt)) return { ok: false, reason: "expired" };
  return { ok: true, capability: parsed.data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sign(body: string, key: Uint8Array): Buffer {
  if (key.length < LEAST_KEY_BYTES) throw new RangeError(`a signing key needs at least ${LEAST_KEY_BYTES} bytes`);
  return createHmac("sha256", key).update(PURPOSE).update(body).digest();
}
