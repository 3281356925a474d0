import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { z } from "zod";
import { keyId } from "../audit/seal.js";

/** An identity that may submit releases. */
export const signerSchema = z
  .strictObject({
    /** Its name to approvers and in the record: the requester, who cannot approve. */
    id: z.string().min(1),
    /** PEM (SubjectPublicKeyInfo): Ed25519, or ECDSA on P-256. */
    publicKey: z
      .string()
      .refine((pem) => keyOf(pem) !== null, "expected a public key in PEM: Ed25519 or P-256")
      .optional(),
    /** ARN of a signing key in KMS, instead of `publicKey`. */
    kmsKey: z.string().min(1).optional(),
    /** A pipeline that is trusted to say whose change it is: its authors are then requesters, and so is the pipeline. */
    namesAuthor: z.boolean().default(false),
  })
  .refine((signer) => (signer.publicKey === undefined) !== (signer.kmsKey === undefined), {
    error: "give either publicKey or kmsKey",
  });

export type PackSigner = z.infer<typeof signerSchema>;

/** With its public key loaded. */
export interface KnownSigner extends PackSigner {
  readonly publicKey: string;
}

/** One key's signature in a pack. */
export const packSignatureSchema = z.strictObject({
  /** `keyId` of the public key. */
  keyid: z.string(),
  signature: z.base64(),
});

export type PackSignature = z.infer<typeof packSignatureSchema>;

/** The bytes to sign: over the SHA-256 of the pack, since KMS accepts at most 4,096 bytes of a message. */
export function packMessage(body: string): Uint8Array {
  return Buffer.from(`schema-gate pack v2\n${createHash("sha256").update(body, "utf8").digest("hex")}\n`, "utf8");
}

/** Who signed a message: the first signature of a known key decides. */
export function signerOf(
  signers: readonly KnownSigner[],
  message: Uint8Array,
  signatures: readonly PackSignature[],
): KnownSigner | "unsigned" | "unknown-signer" | "forged" {
  if (signatures.length === 0) return "unsigned";
  for (const { keyid, signature } of signatures) {
    const signer = signers.find(({ publicKey }) => keyId(publicKey) === keyid);
    if (signer === undefined) continue;
    return holds(signer, message, Buffer.from(signature, "base64")) ? signer : "forged";
  }
  return "unknown-signer";
}

function holds({ publicKey }: KnownSigner, message: Uint8Array, signature: Uint8Array): boolean {
  const key = keyOf(publicKey);
  return key !== null && verify(key.asymmetricKeyType === "ed25519" ? null : "sha256", message, key, signature);
}

/** Null for what is not a public key, and for keys of other kinds. */
function keyOf(pem: string): KeyObject | null {
  try {
    // A private key would work as well, and does not belong in a stack.
    if (!pem.includes("-----BEGIN PUBLIC KEY-----")) return null;
    const key = createPublicKey(pem);
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return key.asymmetricKeyType === "ed25519" || curve === "prime256v1" ? key : null;
  } catch {
    return null;
  }
}
