import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { clientSettings } from "../../adapters/aws/clients.js";
import { UsageError } from "../../api/usage-error.js";
import type { Signer } from "../../ports/signer.js";
import type { Io } from "../io.js";
import { sdk } from "./sdk.js";

const VARIABLE = "SCHEMA_GATE_PACK_KEY";
const MAKE = "openssl genpkey -algorithm ed25519 -out pack-key.pem   (and give its public half to the stack's policy)";

/** Signs a release: `kms:KEY`, or the path of a private key in PEM. Throws `UsageError`. */
export async function packSigner(io: Pick<Io, "cwd" | "env">): Promise<Signer> {
  const given = io.env[VARIABLE];
  if (given === undefined || given === "")
    throw new UsageError(
      `--aws needs the environment variable ${VARIABLE}: the stack takes signed releases alone`,
      `export ${VARIABLE}=kms:KEY, or the path of a private key`,
    );
  if (!given.startsWith("kms:")) return signerOfFile(resolve(io.cwd, given));
  const { kmsSigner } = await sdk(() => import("../../adapters/aws/kms-signer.js"));
  return kmsSigner(given.slice("kms:".length), clientSettings(io.env));
}

async function signerOfFile(path: string): Promise<Signer> {
  const key = keyOf(
    await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`${VARIABLE}: ${path} could not be read: ${error.code ?? error.message}`, MAKE);
    }),
  );
  if (key === null) throw new UsageError(`${VARIABLE}: ${path} holds no private key of Ed25519 or P-256 in PEM`, MAKE);
  const edwards = key.asymmetricKeyType === "ed25519";
  return {
    algorithm: edwards ? "ed25519" : "ecdsa-p256-sha256",
    publicKey: createPublicKey(key).export({ type: "spki", format: "pem" }).toString(),
    sign: async (message) => sign(edwards ? null : "sha256", message, key),
  };
}

function keyOf(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    const curve = key.asymmetricKeyDetails?.namedCurve;
    return key.asymmetricKeyType === "ed25519" || curve === "prime256v1" ? key : null;
  } catch {
    return null;
  }
}
