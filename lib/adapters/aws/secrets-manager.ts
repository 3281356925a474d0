import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SecretError, type Secrets } from "../../ports/secrets.js";
import { Accounts, regionOf } from "./accounts.js";
import { type ClientSettings, clientOf } from "./clients.js";

/** Milliseconds that a secret is kept in memory. */
const KEEP_MS = 300_000;

/**
 * Secrets of AWS Secrets Manager: `secret:NAME` or `secret:ARN` for the whole text, `secret:NAME#field` for one field of a JSON secret;
 * also `env:NAME`. Each is read once and kept for five minutes, or until it is `forgotten`.
 */
export class ManagedSecrets implements Secrets {
  private readonly accounts: Accounts;
  private readonly kept = new Map<string, { readonly until: number; readonly text: Promise<string> }>();

  constructor(
    private readonly environment: Readonly<Record<string, string | undefined>>,
    settings: ClientSettings,
    private readonly now: () => number,
  ) {
    this.accounts = new Accounts(settings);
  }

  /** `account`: role of the account that the secret is in; null: in the gate's own. */
  async resolve(reference: string, account: string | null = null): Promise<string> {
    const at = reference.indexOf(":");
    const [scheme, name] = [reference.slice(0, at), reference.slice(at + 1)];
    if (scheme === "env") {
      const value = this.environment[name];
      if (value === undefined || value === "") throw new SecretError(`the environment variable ${name} is not set`);
      return value;
    }
    if (scheme !== "secret")
      throw new SecretError(
        `the secret reference ${scheme}: cannot be used on AWS; use secret:NAME or secret:NAME#field`,
      );
    const [id = "", field] = name.split("#");
    const text = await this.text(id, account);
    return field === undefined ? text : fieldOf(text, id, field);
  }

  /** Secrets are read again at the next use: they may have been rotated. */
  forget(): void {
    this.kept.clear();
  }

  private text(id: string, account: string | null): Promise<string> {
    const place = `${account ?? ""} ${id}`;
    const known = this.kept.get(place);
    if (known && this.now() < known.until) return known.text;
    const text = this.read(id, account);
    this.kept.set(place, { until: this.now() + KEEP_MS, text });
    text.catch(() => this.kept.delete(place));
    return text;
  }

  private async read(id: string, account: string | null): Promise<string> {
    try {
      const client = clientOf(SecretsManagerClient, { ...this.accounts.in(account), ...regionOf(id) });
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      if (SecretString === undefined || SecretString === "") throw new SecretError(`the secret ${id} holds no text`);
      return SecretString;
    } catch (error) {
      if (error instanceof SecretError) throw error;
      throw new SecretError(`the secret ${id} could not be read: ${(error as Error).name}`);
    }
  }
}

/** One field of a JSON secret. Never repeats the secret. */
export function fieldOf(text: string, id: string, field: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(text) as Record<string, unknown> | null)?.[field];
  } catch {
    throw new SecretError(`the secret ${id} is not JSON, so it has no ${field}`);
  }
  if (typeof value === "number") return String(value);
  if (typeof value !== "string" || value === "") throw new SecretError(`the secret ${id} has no ${field}`);
  return value;
}
