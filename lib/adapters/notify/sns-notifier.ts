import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
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

  approvalRequested(notice: ApprovalNotice): Promise<readonly Delivery[]> {
    return Promise.all(
      notice.recipients.map(({ person, link }) => this.publish(person.id, approvalMail(notice, link))),
    );
  }

  ended(notice: OutcomeNotice): Promise<readonly Delivery[]> {
    return Promise.all(notice.people.map((person) => this.publish(person.id, outcomeMail(notice))));
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
