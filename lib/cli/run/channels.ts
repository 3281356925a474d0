import { randomBytes } from "node:crypto";
import { LINK_KEY, secretKey } from "../../adapters/local/secret-key.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import { emailChannel, slackChannel } from "../../adapters/notify/channels.js";
import { severalNotifiers } from "../../adapters/notify/several-notifiers.js";
import { UsageError } from "../../api/usage-error.js";
import type { Config } from "../../core/config/config.js";
import type { Notifier } from "../../ports/notifier.js";
import { SecretError } from "../../ports/secrets.js";
import type { SlackDeps } from "../../review/slack/slack-app.js";
import type { Io } from "../io.js";

/** How people are asked besides on the terminal, and what signs their links. */
export interface Channels {
  /** Null: the page's own address on the loopback interface. */
  readonly origin: string | null;
  readonly key: Uint8Array;
  readonly notifier: Notifier | null;
  readonly slack: Pick<SlackDeps, "signingSecret" | "api" | "home"> | null;
}

/** For the demo, which asks nobody elsewhere: links end with the process. */
export function loopbackOnly(): Channels {
  return { origin: null, key: randomBytes(32), notifier: null, slack: null };
}

/** From the config. Throws `UsageError` for a missing secret: better now than when approvers should be asked. */
export async function channelsOf(
  io: Io,
  { approval }: Config,
  workspace: Workspace,
  directory: string,
): Promise<Channels> {
  const secrets = localSecrets(io.env, directory);
  try {
    const slack = approval.slack && (await slackChannel(approval.slack, secrets));
    const email = approval.email && (await emailChannel(approval.email, secrets));
    const notifiers = [...(slack ? [slack.notifier] : []), ...(email ? [email] : [])];
    return {
      origin: approval.origin ?? null,
      key: await secretKey(workspace.keys, LINK_KEY, workspace.access),
      notifier: notifiers.length === 0 ? null : severalNotifiers(notifiers),
      slack: slack ?? null,
    };
  } catch (error) {
    if (!(error instanceof SecretError || error instanceof RangeError)) throw error;
    throw new UsageError(
      `approvers could not be asked: ${error.message}`,
      "correct approval.slack and approval.email in the config",
    );
  }
}
