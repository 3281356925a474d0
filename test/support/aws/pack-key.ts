import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { PackSigner } from "../../../lib/core/policy/signer.js";
import type { StackPolicy } from "../../../lib/core/policy/stack-policy.js";
import type { Signer } from "../../../lib/ports/signer.js";

/** A key that packs are signed with, here or in a file. */
export interface PackKey extends Signer {
  /** PEM. */
  readonly privateKey: string;
}

export function newPackKey(): PackKey {
  return packKeyOf(generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString());
}

/** Of an Ed25519 key in PEM. */
export function packKeyOf(privateKey: string): PackKey {
  return {
    algorithm: "ed25519",
    privateKey,
    publicKey: createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString(),
    sign: async (message) => sign(null, message, privateKey),
  };
}

/** The pipeline's, which says whose change it is. */
export const PACK_KEY = newPackKey();
const PIPELINE: PackSigner = { id: "release-pipeline", publicKey: PACK_KEY.publicKey, namesAuthor: true };

/** A stack's policy with the pipeline's key, as the variable that holds it. */
export function policyVariable(policy: Partial<StackPolicy> = {}): Record<string, string> {
  const people = [{ id: "alex" }, { id: "robin" }];
  return { SCHEMA_GATE_POLICY: JSON.stringify({ approvers: people, signers: [PIPELINE], ...policy }) };
}
