import { Duration } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { SubscriptionFilter, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { GateApprover } from "./gate-policy.js";

export interface NotificationsProps {
  readonly key: IKey;
  /** Who is asked by mail. */
  readonly approvers: readonly GateApprover[];
  /** Who is told that something needs help. They get no approver's link. */
  readonly emails: readonly string[];
}

/** The topic that people and tools subscribe to, and the queue of what could not be delivered. */
export class Notifications extends Construct {
  readonly topic: Topic;
  /** Events and schedules that started nothing. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { key, approvers, emails }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", { displayName: "Schema Gate", masterKey: key, enforceSSL: true });
    // Whoever holds a link may decide: nobody may get another's.
    for (const { id, email } of approvers)
      if (email !== undefined) this.subscribe(email, SubscriptionFilter.stringFilter({ allowlist: [id] }));
    for (const email of emails) this.subscribe(email, SubscriptionFilter.notExistsFilter());
    this.undelivered = new Queue(this, "Undelivered", {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.undelivered, {
      id: "AwsSolutions-SQS3",
      reason: "This is a dead-letter queue.",
    });
  }

  private subscribe(email: string, approver: SubscriptionFilter): void {
    this.topic.addSubscription(new EmailSubscription(email, { filterPolicy: { approver } }));
  }
}
