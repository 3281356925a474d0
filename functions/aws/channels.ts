import { z } from "zod";
import { type SlackChannel, slackChannel } from "../../lib/adapters/notify/channels.js";
import { severalNotifiers } from "../../lib/adapters/notify/several-notifiers.js";
import { SnsNotifier } from "../../lib/adapters/notify/sns-notifier.js";
import type { Notifier } from "../../lib/ports/notifier.js";
import type { Services } from "./services.js";

/** How approvers are asked: as the stack is set up, and by nothing that a pack names, since whoever holds a link may decide. */
export async function notifierOf(services: Services): Promise<Notifier> {
  const { environment, client } = services;
  const topic = environment.SCHEMA_GATE_TOPIC;
  const slack = await slackOf(services);
  return severalNotifiers([
    ...(topic === undefined ? [] : [new SnsNotifier(topic, client)]),
    ...(slack === null ? [] : [slack.notifier]),
  ]);
}

/**
 * Slack from the stack's secret, `{"token", "signingSecret", "channel"?, "endpoint"?, "team"?, "app"?}`, null if there is none. `endpoint`
 * replaces `https://slack.com/api`, for example for GovSlack.
 */
export async function slackOf({ environment, secrets }: Services): Promise<SlackChannel | null> {
  const name = environment.SCHEMA_GATE_SLACK_SECRET;
  if (name === undefined) return null;
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
