import type { Person } from "../../core/approval/person.js";
import type { Clock } from "../../ports/clock.js";
import type { ApprovalNotice, Delivery, Notifier, OutcomeNotice } from "../../ports/notifier.js";
import { persist } from "./retry.js";
import type { SlackApi } from "./slack-api.js";
import { approvalMessage, outcomeMessage } from "./slack-message.js";

/**
 * Asks approvers in Slack: each person with a Slack id gets their own message with their own link; the channel, if there is one, gets the
 * same without a link, because everyone there would see it.
 */
export class SlackNotifier implements Notifier {
  private readonly api: SlackApi;
  private readonly clock: Pick<Clock, "sleep">;
  private readonly channel: string | null;

  constructor(api: SlackApi, clock: Pick<Clock, "sleep">, channel: string | null = null) {
    this.api = api;
    this.clock = clock;
    this.channel = channel;
  }

  async approvalRequested(notice: ApprovalNotice): Promise<readonly Delivery[]> {
    const people = notice.recipients.flatMap(({ person, link }) =>
      person.slack === undefined ? [] : [{ to: person.id, message: approvalMessage(notice, person.slack, link) }],
    );
    const channel =
      this.channel === null ? [] : [{ to: this.channel, message: approvalMessage(notice, this.channel, null) }];
    return this.post([...channel, ...people]);
  }

  async ended(notice: OutcomeNotice): Promise<readonly Delivery[]> {
    const targets = this.channel === null ? addresses(notice.people) : [{ to: this.channel, address: this.channel }];
    return this.post(targets.map(({ to, address }) => ({ to, message: outcomeMessage(notice, address) })));
  }

  /** One after the other: Slack allows about one message a second (https://api.slack.com/apis/rate-limits). */
  private async post(messages: readonly { to: string; message: unknown }[]): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const { to, message } of messages) {
      const reason = await persist(this.clock, () => this.api.call("chat.postMessage", message));
      deliveries.push({ channel: "slack", person: to, status: reason === null ? "sent" : "failed", reason });
    }
    return deliveries;
  }
}

function addresses(people: readonly Person[]): readonly { to: string; address: string }[] {
  return people.flatMap((person) => (person.slack === undefined ? [] : [{ to: person.id, address: person.slack }]));
}
