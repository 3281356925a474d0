import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "../../ports/signer.js";
import { readOrNull } from "./own-file.js";
import { type Access, PRIVATE, UnsafeFileError } from "./private-files.js";
import { makeKey } from "./secret-key.js";
import { replaceFile } from "./whole-file.js";

export const PRIVATE_KEY = "audit-key.pem";
/** Stored next to the private key; an auditor gets a copy of it. */
export const PUBLIC_KEY = "audit-key.pub.pem";

/**
 * The Ed25519 key that seals this machine's runs, created at the first use. `directory` must be outside every run's folder. Throws
 * `UnsafeFileError` for a file that others may read or that holds another kind of key.
 */
export async function loadSigningKey(directory: string, access: Access = PRIVATE): Promise<Signer> {
  const path = join(directory, PRIVATE_KEY);
  const fresh = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" });
  await makeKey(directory, PRIVATE_KEY, fresh, access);
  const key = parseKey(await readFile(path, "utf8"), path);
  const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  const publicFile = join(directory, PUBLIC_KEY);
  if ((await readOrNull(publicFile).catch(() => null)) !== publicKey) replaceFile(publicFile, publicKey, access.file);
  return { algorithm: "ed25519", publicKey, sign: async (message) => sign(null, message, key) };
}

function parseKey(pem: string, path: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Reported below, in words that name the file.
  }
  throw new UnsafeFileError(`${path} holds no Ed25519 private key in PEM. Remove it and a new one is made.`);
}
