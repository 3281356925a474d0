import type { Config } from "../../core/config/config.js";
import type { Secrets } from "../../ports/secrets.js";
import { systemClock } from "../local/system-clock.js";
import { EmailNotifier } from "./email-notifier.js";
import { SlackApi } from "./slack-api.js";
import { SlackNotifier } from "./slack-notifier.js";

type Approval = Config["approval"];

export interface SlackChannel {
  readonly api: SlackApi;
  readonly notifier: SlackNotifier;
  readonly signingSecret: string;
  readonly home: { readonly team?: string | undefined; readonly app?: string | undefined };
}

/** Throws `SecretError`. */
export async function slackChannel(
  options: NonNullable<Approval["slack"]>,
  secrets: Secrets,
  endpoint?: string,
): Promise<SlackChannel> {
  const token = await secrets.resolve(options.token);
  const api = new SlackApi(endpoint === undefined ? { token } : { token, endpoint });
  const notifier = new SlackNotifier(api, systemClock, options.channel ?? null);
  const { team, app } = options;
  return { api, notifier, home: { team, app }, signingSecret: await secrets.resolve(options.signingSecret) };
}

/** Throws `SecretError`, and `RangeError` for a remote server without TLS. */
export async function emailChannel(options: NonNullable<Approval["email"]>, secrets: Secrets): Promise<EmailNotifier> {
  const { host, port, security, from, user } = options;
  const login = user === undefined ? {} : { user };
  const password = options.password === undefined ? {} : { password: await secrets.resolve(options.password) };
  return new EmailNotifier({ host, port, security, from, ...login, ...password }, systemClock);
}
