import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { link, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Signer } from "../../ports/signer.js";

const PRIVATE_KEY = "audit-key.pem";
/** Lies beside the private key; an auditor gets a copy of it. */
export const PUBLIC_KEY = "audit-key.pub.pem";

/** The key file is not one that may sign. */
export class SigningKeyError extends Error {
  override readonly name = "SigningKeyError";
}

/**
 * The Ed25519 key that seals this machine's runs, made at the first use. `directory` must lie outside every run's folder.
 * Throws `SigningKeyError` for a file that others may read or that holds another kind of key.
 */
export async function loadSigningKey(directory: string): Promise<Signer> {
  const path = join(directory, PRIVATE_KEY);
  await createKey(directory, path);
  const { mode } = await stat(path);
  if (process.platform !== "win32" && (mode & 0o077) !== 0)
    throw new SigningKeyError(
      `${path} can be read by other users, so its signature would prove nothing. Make a new one: rm ${path}; or, when only you had access, chmod 600 ${path}.`,
    );
  const key = parseKey(await readFile(path, "utf8"), path);
  const publicKey = createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  await writeFile(join(directory, PUBLIC_KEY), publicKey);
  return { algorithm: "ed25519", publicKey, sign: async (message) => sign(null, message, key) };
}

/** Whole or not at all, and never over one that is there: two first runs at once agree on one key. */
async function createKey(directory: string, path: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync("ed25519");
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flush: true });
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

function parseKey(pem: string, path: string) {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Said below, in words that name the file.
  }
  throw new SigningKeyError(`${path} holds no Ed25519 private key in PEM. Remove it and a new one is made.`);
}
