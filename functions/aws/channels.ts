import { z } from "zod";
import { emailChannel, type SlackChannel, slackChannel } from "../../lib/adapters/notify/channels.js";
import { severalNotifiers } from "../../lib/adapters/notify/several-notifiers.js";
import { SnsNotifier } from "../../lib/adapters/notify/sns-notifier.js";
import type { Config } from "../../lib/core/config/config.js";
import type { Notifier } from "../../lib/ports/notifier.js";
import type { Services } from "./services.js";

/** How approvers are asked: what the stack set up, and what the config names beside it. */
export async function notifierOf(services: Services, { approval }: Config): Promise<Notifier> {
  const { environment, secrets, client } = services;
  const topic = environment.SCHEMA_GATE_TOPIC;
  const slack = await slackOf(services, approval.slack);
  return severalNotifiers([
    ...(topic === undefined ? [] : [new SnsNotifier(topic, client)]),
    ...(slack === null ? [] : [slack.notifier]),
    ...(approval.email === undefined ? [] : [await emailChannel(approval.email, secrets)]),
  ]);
}

/**
 * Slack from the stack's secret, `{"token", "signingSecret", "channel"?, "endpoint"?, "team"?, "app"?}`, else from the config; null when neither
 * names it. `endpoint` is another place than `https://slack.com/api`, such as GovSlack's.
 */
export async function slackOf(
  { environment, secrets }: Services,
  configured?: Config["approval"]["slack"],
): Promise<SlackChannel | null> {
  const name = environment.SCHEMA_GATE_SLACK_SECRET;
  if (name === undefined) return configured === undefined ? null : slackChannel(configured, secrets);
  const { channel, endpoint, team, app } = slackSecret.parse(JSON.parse(await secrets.resolve(`secret:${name}`)));
  const references = {
    team,
    app,
    token: `secret:${name}#token`,
    signingSecret: `secret:${name}#signingSecret`,
  };
  return slackChannel({ ...references, ...(channel === undefined ? {} : { channel }) }, secrets, endpoint);
}

const slackSecret = z.object({
  channel: z.string().min(1).optional(),
  endpoint: z.url().optional(),
  team: z.string().min(1).optional(),
  app: z.string().min(1).optional(),
});
