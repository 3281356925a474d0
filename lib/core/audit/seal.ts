import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { z } from "zod";
import type { Finding } from "../finding.js";
import { canonicalJson } from "../json.js";
import type { AuditEvent } from "./chain.js";
import { AUDIT_FORMAT } from "./event.js";
import { auditFinding } from "./problem.js";

/** Name of the seal in a run's folder. */
export const SEAL_FILE = "audit.seal.json";
/** Name of the list of the run's files and their digests. */
export const MANIFEST_FILE = "audit.manifest.json";

const PAYLOAD_TYPE = "application/vnd.schema-gate.audit-seal+json";

/** `ed25519` (RFC 8032) for local keys; KMS signs with either. */
const SEAL_ALGORITHMS = ["ed25519", "ecdsa-p256-sha256"] as const;
export type SealAlgorithm = (typeof SEAL_ALGORITHMS)[number];

/** What is signed: which trail, how long it is, and the hash of its last event. */
export interface Seal {
  readonly format: number;
  readonly run: string;
  readonly events: number;
  /** `hash` of the last event. */
  readonly head: string;
  readonly algorithm: SealAlgorithm;
  /** PEM (SubjectPublicKeyInfo). */
  readonly publicKey: string;
}

const sealSchema = z.strictObject({
  format: z.int().positive(),
  run: z.string(),
  events: z.int().positive(),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  algorithm: z.enum(SEAL_ALGORITHMS),
  publicKey: z.string(),
});

const envelopeSchema = z.strictObject({
  payloadType: z.literal(PAYLOAD_TYPE),
  payload: z.base64(),
  signatures: z.tuple([z.strictObject({ keyid: z.string(), sig: z.base64() })]),
});

/** A DSSE envelope (secure-systems-lab/dsse, version 1) around the seal's canonical JSON. */
export type SealEnvelope = z.infer<typeof envelopeSchema>;

export interface SealKey {
  readonly algorithm: SealAlgorithm;
  readonly publicKey: string;
}

/** The seal of a trail that ends with `last`. */
export function makeSeal(run: string, last: AuditEvent, key: SealKey): Seal {
  return {
    format: AUDIT_FORMAT,
    run,
    events: last.seq + 1,
    head: last.hash,
    algorithm: key.algorithm,
    publicKey: key.publicKey,
  };
}

/** The bytes to sign: DSSE's pre-authentication encoding of the payload. */
export function sealMessage(seal: Seal): Buffer {
  return preAuthentication(Buffer.from(canonicalJson(seal), "utf8"));
}

export function sealEnvelope(seal: Seal, signature: Uint8Array): SealEnvelope {
  return {
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(canonicalJson(seal), "utf8").toString("base64"),
    signatures: [{ keyid: keyId(seal.publicKey), sig: Buffer.from(signature).toString("base64") }],
  };
}

/** SHA-256 in hex of the key's DER form. Throws when the text is not a public key. */
export function keyId(publicKey: string): string {
  const der = createPublicKey(publicKey).export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex");
}

export interface CheckedSeal {
  /** Null when it could not be read. */
  readonly seal: Seal | null;
  readonly keyid: string | null;
  readonly findings: readonly Finding[];
}

/**
 * Reads a seal's file and checks its signature. `trustedKey` (PEM) is the key that must have signed; without one the signature is checked against the
 * key inside, which only proves that nothing changed since that key signed.
 */
export function checkSeal(text: string, trustedKey?: string): CheckedSeal {
  const read = readEnvelope(text);
  if (read === null) return broken("The seal is not in the form it was written in.", "audit.seal-altered");
  const { envelope, seal } = read;
  if (seal.format > AUDIT_FORMAT)
    return broken(
      `The seal has audit format ${seal.format}; this version knows up to ${AUDIT_FORMAT}.`,
      "audit.newer-format",
    );
  const [signature] = envelope.signatures;
  if (!signatureHolds(seal, signature)) return broken("The signature does not fit the seal.", "audit.signature-wrong");
  const findings = trustedKey === undefined || keyId(trustedKey) === signature.keyid ? [] : [otherKey(signature.keyid)];
  return { seal, keyid: signature.keyid, findings };
}

function readEnvelope(text: string): { envelope: SealEnvelope; seal: Seal } | null {
  try {
    const envelope = envelopeSchema.parse(JSON.parse(text));
    const payload = Buffer.from(envelope.payload, "base64");
    const seal = sealSchema.parse(JSON.parse(payload.toString("utf8")));
    const [signature] = envelope.signatures;
    // Writing it again must give the same text: base64 and JSON both allow several spellings of one value.
    const again = sealEnvelope(seal, Buffer.from(signature.sig, "base64"));
    return `${canonicalJson(again)}\n` === text ? { envelope, seal } : null;
  } catch {
    return null;
  }
}

function signatureHolds(seal: Seal, signature: { readonly sig: string }): boolean {
  const key = createPublicKey(seal.publicKey);
  const fits = seal.algorithm === "ed25519" ? key.asymmetricKeyType === "ed25519" : isP256(key);
  const hash = seal.algorithm === "ed25519" ? null : "sha256";
  return fits && verify(hash, sealMessage(seal), key, Buffer.from(signature.sig, "base64"));
}

function isP256(key: KeyObject): boolean {
  return key.asymmetricKeyType === "ec" && key.asymmetricKeyDetails?.namedCurve === "prime256v1";
}

function otherKey(keyid: string): Finding {
  return auditFinding(
    "audit.other-key",
    0,
    `The run was sealed with key ${keyid}, which is not the trusted one.`,
    "Ask who holds that key; whoever has it could have written the whole record.",
    SEAL_FILE,
  );
}

function broken(message: string, code: string): CheckedSeal {
  return { seal: null, keyid: null, findings: [auditFinding(code, 0, message, undefined, SEAL_FILE)] };
}

function preAuthentication(payload: Buffer): Buffer {
  const type = Buffer.from(PAYLOAD_TYPE, "utf8");
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${PAYLOAD_TYPE} ${payload.length} `, "utf8"), payload]);
}
