import { ListSubscriptionsByTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Person } from "../../core/approval/person.js";
import { visible } from "../../core/visible.js";
import type { ApprovalNotice, Delivery, Notifier, OutcomeNotice } from "../../ports/notifier.js";
import { type ClientSettings, clientOf } from "../aws/clients.js";
import { approvalMail, type MailText, outcomeMail } from "./email-message.js";

/** Characters of a subject (SNS API, Publish). */
const LONGEST_SUBJECT = 99;

/**
 * Asks and tells approvers through an SNS topic: one message per person, marked with the attribute `approver`, so that a subscription with
 * the filter policy `{"approver": ["ID"]}` gets its own messages and nobody else's link.
 */
export class SnsNotifier implements Notifier {
  private readonly client: SNSClient;

  constructor(
    private readonly topic: string,
    settings: ClientSettings,
  ) {
    this.client = clientOf(SNSClient, settings);
  }

  /** SNS takes a message for nobody without a word, so who subscribes is looked at before. */
  async approvalRequested(notice: ApprovalNotice): Promise<readonly Delivery[]> {
    const confirmed = await this.confirmed();
    return Promise.all(
      notice.recipients.map(async ({ person, link }) => {
        const reason = confirmed === null ? null : notReached(person, confirmed);
        if (reason !== null) return { channel: "sns", person: person.id, status: "failed", reason } as const;
        return this.publish(person.id, approvalMail(notice, link));
      }),
    );
  }

  ended(notice: OutcomeNotice): Promise<readonly Delivery[]> {
    return Promise.all(notice.people.map((person) => this.publish(person.id, outcomeMail(notice))));
  }

  /**
   * By address: whether it has confirmed its subscription. Null if that may not be asked, and if something other than mail subscribes,
   * which may deliver to anybody.
   */
  private async confirmed(): Promise<ReadonlyMap<string, boolean> | null> {
    const found = new Map<string, boolean>();
    let token: string | undefined;
    try {
      do {
        const page = await this.client.send(
          new ListSubscriptionsByTopicCommand({
            TopicArn: this.topic,
            ...(token === undefined ? {} : { NextToken: token }),
          }),
        );
        for (const { Endpoint = "", Protocol = "", SubscriptionArn = "" } of page.Subscriptions ?? []) {
          if (!Protocol.startsWith("email")) return null;
          const address = Endpoint.toLowerCase();
          found.set(address, found.get(address) === true || SubscriptionArn.startsWith("arn:"));
        }
        token = page.NextToken;
      } while (token !== undefined && token !== "");
      return found;
    } catch {
      return null;
    }
  }

  private async publish(person: string, mail: MailText): Promise<Delivery> {
    try {
      await this.client.send(
        new PublishCommand({
          TopicArn: this.topic,
          // SNS accepts only ASCII without control characters as a subject.
          Subject: visible(mail.subject)
            .replace(/[^\x20-\x7e]/g, "?")
            .slice(0, LONGEST_SUBJECT),
          Message: mail.text,
          MessageAttributes: { approver: { DataType: "String", StringValue: person } },
        }),
      );
      return { channel: "sns", person, status: "sent", reason: null };
    } catch (error) {
      return { channel: "sns", person, status: "failed", reason: `SNS refused: ${(error as Error).name}` };
    }
  }
}

/** Why a message would not arrive; null when it would, and for somebody whose address nobody knows here. */
function notReached({ email }: Person, confirmed: ReadonlyMap<string, boolean>): string | null {
  if (email === undefined) return null;
  const known = confirmed.get(email.toLowerCase());
  if (known === undefined) return "their address has no subscription of the topic";
  return known
    ? null
    : "their address has not confirmed its subscription; SNS has sent a mail for that, which is valid for three days";
}
