import type { SealAlgorithm } from "../core/audit/seal.js";

/** A private key that never leaves its place: a file here, KMS on AWS. */
export interface Signer {
  readonly algorithm: SealAlgorithm;
  /** Public key as PEM (SubjectPublicKeyInfo). */
  readonly publicKey: string;
  /** `ed25519`: 64 bytes over the message itself. `ecdsa-p256-sha256`: DER over its SHA-256. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}
