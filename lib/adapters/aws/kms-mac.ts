import { createHash } from "node:crypto";
import { GenerateMacCommand, KMSClient, type MacAlgorithmSpec, VerifyMacCommand } from "@aws-sdk/client-kms";
import { type ClientSettings, clientOf } from "./clients.js";

/** Marks a text as this gate's own, and checks the mark. */
export interface Authenticator {
  mac(text: string): Promise<Uint8Array>;
  holds(text: string, mac: Uint8Array): Promise<boolean>;
}

const ALGORITHM: MacAlgorithmSpec = "HMAC_SHA_256";

/**
 * An HMAC key that never leaves KMS. Making and verifying are separate permissions, so that a reader cannot forge. KMS accepts 4,096 bytes
 * of a message, so the MAC is over the text's SHA-256.
 */
export function kmsMac(key: string, settings: ClientSettings): Authenticator {
  const client = clientOf(KMSClient, settings);
  const asked = (text: string) => ({
    KeyId: key,
    MacAlgorithm: ALGORITHM,
    Message: createHash("sha256").update(text).digest(),
  });
  return {
    async mac(text) {
      const { Mac } = await client.send(new GenerateMacCommand(asked(text)));
      if (!Mac) throw new Error(`KMS returned no MAC for ${key}`);
      return Mac;
    },
    async holds(text, mac) {
      // KMS rejects an empty one without checking it.
      if (mac.length === 0) return false;
      try {
        const { MacValid } = await client.send(new VerifyMacCommand({ ...asked(text), Mac: mac }));
        return MacValid === true;
      } catch (error) {
        if ((error as Error).name === "KMSInvalidMacException") return false;
        throw error;
      }
    },
  };
}

/** For the functions that neither read nor write approvals. */
export const NO_AUTHENTICATOR: Authenticator = { mac: notSet, holds: notSet };

function notSet(): Promise<never> {
  return Promise.reject(
    new Error("SCHEMA_GATE_APPROVAL_KEY is not set, so this function can neither read nor write approvals"),
  );
}
