import { localSecrets } from "../../adapters/local/secrets.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import { Delivered } from "../../adapters/webhooks/delivered.js";
import { Delivery } from "../../adapters/webhooks/delivery.js";
import type { Listener } from "../../adapters/webhooks/heard-trail.js";
import { type WebhookTarget, webhookTarget } from "../../adapters/webhooks/target.js";
import { UsageError } from "../../api/usage-error.js";
import type { Config } from "../../core/config/config.js";
import { plural } from "../../core/plural.js";
import { SecretError } from "../../ports/secrets.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";

/** How long the end of a command waits for webhooks that lack some events. */
const GRACE_MS = 3_000;

interface WebhookRun {
  readonly run: string;
  readonly workspace: Workspace;
  readonly config: Pick<Config, "webhooks">;
  /** What `file:` secrets are relative to. */
  readonly directory: string;
}

/** Where secrets come from, and how messages are shown during the work. */
interface Teller extends Pick<Io, "env"> {
  say(text: string): void;
}

/** Tells the config's webhooks the run's trail during the work. They neither delay nor fail it. */
export async function withWebhooks<T>(
  teller: Teller,
  options: WebhookRun,
  work: (hear: Listener) => Promise<T>,
): Promise<T> {
  const { config, directory } = options;
  const targets = await webhookTargets(teller, config, directory, ({ message }) =>
    teller.say(`A webhook gets no events: ${printable(message)}. ${laterWith(options.run)}`),
  );
  const deliveries = targets.map((target) => deliveryTo(teller, options, target));
  try {
    return await work((events) => {
      for (const { delivery } of deliveries) delivery.hear(events);
    });
  } finally {
    await Promise.all(
      deliveries.map(async ({ name, delivery }) => {
        const undelivered = await delivery.end(GRACE_MS);
        if (undelivered !== null)
          teller.say(
            `The webhook ${name} lacks ${plural(undelivered.left, "event")}: ${undelivered.reason}. ${laterWith(options.run)}`,
          );
      }),
    );
  }
}

function deliveryTo({ say }: Teller, { run, workspace }: WebhookRun, target: WebhookTarget) {
  const name = printable(target.name);
  const delivery = new Delivery({
    run,
    target,
    delivered: new Delivered(workspace, target.id, run),
    clock: systemClock,
    failed: (reason) => say(`The webhook ${name} fails: ${reason}. It is tried again, and the run goes on.`),
  });
  return { name, delivery };
}

/** The config's webhooks with their secrets; `without` is called for each one whose secret is missing. */
export async function webhookTargets(
  io: Pick<Io, "env">,
  { webhooks }: Pick<Config, "webhooks">,
  directory: string,
  without: (error: SecretError) => void,
): Promise<readonly WebhookTarget[]> {
  const secrets = localSecrets(io.env, directory);
  const targets = webhooks.map(async (one) => {
    try {
      return [await webhookTarget(one, secrets)];
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      without(error);
      return [];
    }
  });
  return (await Promise.all(targets)).flat();
}

/** Throws `UsageError` if a webhook's secret is missing: better now than when somebody waits for an event. */
export async function refuseWithoutSecrets(io: Pick<Io, "env">, config: Config, directory: string): Promise<void> {
  await webhookTargets(io, config, directory, ({ message }) => {
    throw new UsageError(`a webhook could not be notified: ${message}`, "correct webhooks in the config");
  });
}

function laterWith(run: string): string {
  return `Send them later with: schema-gate audit send ${run}`;
}
