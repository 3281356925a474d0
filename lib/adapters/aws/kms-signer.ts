import { createPublicKey } from "node:crypto";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import type { SealAlgorithm } from "../../core/audit/seal.js";
import type { Signer } from "../../ports/signer.js";
import { type ClientSettings, clientOf } from "./clients.js";

/** The key in KMS is not one that may sign. */
class SigningKeyError extends Error {
  override readonly name = "SigningKeyError";
}

interface Scheme {
  readonly algorithm: SealAlgorithm;
  readonly call: "ECDSA_SHA_256" | "ED25519_SHA_512";
}

/** By `KeySpec` (KMS Developer Guide, asymmetric key specs). */
const SCHEMES: Readonly<Record<string, Scheme>> = {
  ECC_NIST_P256: { algorithm: "ecdsa-p256-sha256", call: "ECDSA_SHA_256" },
  ECC_NIST_EDWARDS25519: { algorithm: "ed25519", call: "ED25519_SHA_512" },
};

/** A signer whose private key never leaves KMS. Throws `SigningKeyError` for a key of another kind. */
export async function kmsSigner(key: string, settings: ClientSettings): Promise<Signer> {
  const client = clientOf(KMSClient, settings);
  const answer = await client.send(new GetPublicKeyCommand({ KeyId: key }));
  const scheme = SCHEMES[answer.KeySpec ?? ""];
  if (!scheme || !answer.PublicKey)
    throw new SigningKeyError(
      `the KMS key ${key} is ${answer.KeySpec}; make one of ${Object.keys(SCHEMES).join(" or ")}`,
    );
  const der = createPublicKey({ key: Buffer.from(answer.PublicKey), format: "der", type: "spki" });
  return {
    algorithm: scheme.algorithm,
    publicKey: der.export({ type: "spki", format: "pem" }).toString(),
    async sign(message) {
      // KMS hashes a raw message itself and accepts 4,096 bytes; a seal has about 700.
      const { Signature } = await client.send(
        new SignCommand({ KeyId: key, Message: message, MessageType: "RAW", SigningAlgorithm: scheme.call }),
      );
      if (!Signature) throw new SigningKeyError(`KMS returned no signature for ${key}`);
      return Signature;
    },
  };
}
