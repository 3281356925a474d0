import { Duration, Validations } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";

export interface NotificationsProps {
  readonly key: IKey;
  /** Who is told that a run waits, ended or needs help. Each address confirms once. */
  readonly emails: readonly string[];
}

/** The topic that people and tools subscribe to, and the queue of what could not be delivered. */
export class Notifications extends Construct {
  readonly topic: Topic;
  /** Events and schedules that started nothing. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { key, emails }: NotificationsProps) {
    super(scope, id);
    this.topic = new Topic(this, "Topic", { displayName: "Schema Gate", masterKey: key, enforceSSL: true });
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
    this.undelivered = new Queue(this, "Undelivered", {
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.undelivered).acknowledge({
      id: "AwsSolutions-SQS3",
      reason: "This is a dead-letter queue.",
    });
  }
}
