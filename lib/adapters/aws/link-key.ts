import { SecretError, type Secrets } from "../../ports/secrets.js";

const LEAST_BYTES = 32;

/** The key that signs approvers' links, from the secret that holds it as a text. Throws `SecretError`. */
export async function linkKeyOf(secrets: Secrets, name: string | undefined): Promise<Uint8Array> {
  if (name === undefined) throw new SecretError("SCHEMA_GATE_LINK_KEY_SECRET is not set, so no link can be signed");
  const key = Buffer.from(await secrets.resolve(`secret:${name}`), "utf8");
  if (key.length < LEAST_BYTES)
    throw new SecretError(
      `the secret ${name} has ${key.length} bytes; a link key needs ${LEAST_BYTES} random ones or more`,
    );
  return key;
}
