import { Annotations, Duration, type RemovalPolicy, Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal, StarPrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CfnBucket,
  type IBucket,
  ObjectOwnership,
  StorageClass,
} from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";
import type { AnyBucket, AnyKey } from "./cdk-types.js";

export interface AuditLock {
  /** GOVERNANCE: removable with a permission that nothing here has. COMPLIANCE: by nobody, including the root user. */
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly days: number;
}

export interface GateStorageProps {
  readonly auditLock: AuditLock;
  readonly keepArtifacts: Duration;
  readonly removalPolicy: RemovalPolicy;
  /** Of your own; left out: one is made. */
  readonly key?: AnyKey;
  readonly bucket?: AnyBucket;
}

/** Where everything of a run is stored, and the keys that protect and sign it. */
export class GateStorage extends Construct {
  /** Encrypts what is at rest: bucket, queue, topic, link secret. */
  readonly key: IKey;
  /** Signs the head of each audit trail; its private half cannot leave KMS. */
  readonly signingKey: Key;
  /** HMAC over the stored approvals; it cannot leave KMS. */
  readonly approvalKey: Key;
  readonly bucket: IBucket;
  /** Signs approvers' links and encrypts task tokens. */
  readonly linkSecret: Secret;
  readonly auditLock: AuditLock;

  constructor(scope: Construct, id: string, props: GateStorageProps) {
    super(scope, id);
    const { removalPolicy } = props;
    this.auditLock = props.auditLock;
    this.key =
      (props.key as IKey | undefined) ??
      (props.bucket?.encryptionKey as IKey | undefined) ??
      new Key(this, "Key", { description: "Schema Gate: data at rest", enableKeyRotation: true, removalPolicy });
    // The senders of alarms and events encrypt them for the topic and the queue.
    for (const sender of ["cloudwatch.amazonaws.com", "events.amazonaws.com"])
      this.key.addToResourcePolicy(
        new PolicyStatement({
          sid: `Sender${sender.split(".")[0]}`,
          principals: [new ServicePrincipal(sender)],
          actions: ["kms:Decrypt", "kms:GenerateDataKey"],
          resources: ["*"],
          conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
        }),
      );
    this.signingKey = new Key(this, "SigningKey", {
      description: "Schema Gate: signature over audit trails",
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy,
    });
    this.approvalKey = new Key(this, "ApprovalKey", {
      description: "Schema Gate: MAC over approvals",
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      removalPolicy,
    });
    this.bucket = (props.bucket ?? this.makeBucket(props)) as IBucket;
    if (props.bucket) refuseUnlocked(this.bucket);
    keepAudit(this, this.bucket, props.auditLock);
    this.linkSecret = new Secret(this, "LinkSecret", {
      description: "Schema Gate: signs approvers' links, encrypts task tokens",
      encryptionKey: this.key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    acknowledge(this.linkSecret, {
      id: "AwsSolutions-SMG4",
      reason: "A new value makes every open question and link void; it is rotated by hand between runs (docs/aws.md).",
    });
    acknowledge(this.bucket, {
      id: "AwsSolutions-S1",
      reason:
        "Who wrote an object is in the audit trail; CloudTrail data events say who read it, without a second bucket to guard.",
    });
  }

  /** The resources that functions get grants on. */
  get resources() {
    const { bucket, key, signingKey, approvalKey, linkSecret, auditLock } = this;
    return { bucket, key, signingKey, approvalKey, linkSecret, auditLock };
  }

  private makeBucket({ keepArtifacts, removalPolicy }: GateStorageProps): Bucket {
    return new Bucket(this, "Artifacts", {
      encryption: BucketEncryption.KMS,
      encryptionKey: this.key,
      // One data key for many objects: without it every artifact of every batch is a request to KMS.
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: true,
      removalPolicy,
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(1), noncurrentVersionExpiration: Duration.days(30) },
        ...["inputs/", "runs/", "ways/", "approvals/", "memory/"].map((prefix) => ({
          prefix,
          expiration: keepArtifacts,
        })),
        {
          prefix: "audit/",
          transitions: [{ storageClass: StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(90) }],
        },
      ],
    });
  }
}

/** Events of the audit trail are written with the lock and its whole retention, or not at all. */
function keepAudit(scope: Construct, bucket: IBucket, { mode, days }: AuditLock): void {
  const deny = (sid: string, actions: string[], conditions: Record<string, Record<string, string | number>>) =>
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions,
        resources: [bucket.arnForObjects("audit/*")],
        conditions,
      }),
    ).statementAdded;
  const added = [
    // Denies a put without the header too: what is absent is not equal. S3 takes a mode only together with a date.
    deny("AuditOnlyWithLock", ["s3:PutObject"], { StringNotEquals: { "s3:object-lock-mode": mode } }),
    // Whole days that are left: a moment after the event it is one less.
    deny("AuditLongEnough", ["s3:PutObject", "s3:PutObjectRetention"], {
      NumericLessThan: { "s3:object-lock-remaining-retention-days": days - 1 },
    }),
  ];
  if (!added.every(Boolean))
    Annotations.of(scope).addWarningV2(
      "schema-gate:bucket-policy",
      "the bucket is imported, so its policy is yours: docs/aws.md says what it must refuse",
    );
}

/** A bucket of the app's own tells how it is made; one that is imported does not. */
function refuseUnlocked(bucket: IBucket): void {
  const made = bucket.node.defaultChild as CfnBucket | undefined;
  if (made !== undefined && made.objectLockEnabled !== true)
    throw new Error("bucket: the audit trail needs Object Lock; set objectLockEnabled and versioned");
}
