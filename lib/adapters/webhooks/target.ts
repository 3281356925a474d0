import { type WebhookConfig, webhookId, webhookUrlProblem } from "../../core/config/webhook-config.js";
import { digest } from "../../core/json.js";
import { SecretError, type Secrets } from "../../ports/secrets.js";

/** A webhook of the config with its secrets. Stays in memory. */
export interface WebhookTarget {
  /** The same in every process that reads this config. */
  readonly id: string;
  /** For people: the host, without a path that may be a secret. */
  readonly name: string;
  readonly url: string;
  readonly key: Uint8Array;
  wants(action: string): boolean;
}

const LEAST_KEY_BYTES = 24;
const PREFIX = "whsec_";

/** Throws `SecretError` for a secret that is missing, or too short to sign with. */
export async function webhookTarget(config: WebhookConfig, secrets: Secrets): Promise<WebhookTarget> {
  const url = /^[a-z]+:\/\//.test(config.url) ? config.url : await secrets.resolve(config.url);
  const problem = webhookUrlProblem(url);
  if (problem !== null) throw new SecretError(`${config.url} holds no URL that events are posted to: ${problem}`);
  const name = new URL(url).host;
  const key = keyOf(await secrets.resolve(config.secret));
  if (key === null)
    throw new SecretError(
      `${config.secret}, which signs for ${name}, begins with whsec_ and goes on with something that is no base64`,
    );
  if (key.length < LEAST_KEY_BYTES)
    throw new SecretError(
      `${config.secret}, which signs for ${name}, has ${key.length} bytes and needs ${LEAST_KEY_BYTES}; openssl rand -base64 32 makes one`,
    );
  return { ...wish(config), name, url, key };
}

/** What is known about a webhook without its secrets. */
export function wish(config: WebhookConfig): Pick<WebhookTarget, "id" | "wants"> {
  const { actions } = config;
  return {
    id: digest(webhookId(config)).slice(0, 32),
    wants: (action) => actions === undefined || actions.some((start) => action.startsWith(start)),
  };
}

/**
 * Reads the format of Standard Webhooks' secrets; any other text is its own bytes. Null for `whsec_` followed by something that its
 * libraries would not read, or would read as another key than Node does.
 */
function keyOf(secret: string): Uint8Array | null {
  if (!secret.startsWith(PREFIX)) return Buffer.from(secret);
  const base64 = secret.slice(PREFIX.length);
  const key = Buffer.from(base64, "base64");
  return key.toString("base64").replace(/=+$/, "") === base64.replace(/={0,2}$/, "") ? key : null;
}
