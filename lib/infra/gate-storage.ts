import { Duration, type RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal, StarPrincipal } from "aws-cdk-lib/aws-iam";
import { type IKey, Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership, StorageClass } from "aws-cdk-lib/aws-s3";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { AnyKey } from "./cdk-types.js";

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
}

/** Where everything of a run is stored, and the keys that protect and sign it. */
export class GateStorage extends Construct {
  /** Encrypts what is at rest: bucket, queue, topic, link secret. */
  readonly key: IKey;
  /** Signs the head of each audit trail; its private half cannot leave KMS. */
  readonly signingKey: Key;
  /** HMAC over the stored approvals; it cannot leave KMS. */
  readonly approvalKey: Key;
  readonly bucket: Bucket;
  /** Signs approvers' links and encrypts task tokens. */
  readonly linkSecret: Secret;
  readonly auditLock: AuditLock;

  constructor(scope: Construct, id: string, props: GateStorageProps) {
    super(scope, id);
    const { removalPolicy } = props;
    this.auditLock = props.auditLock;
    this.key =
      (props.key as IKey | undefined) ??
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
    this.bucket = this.makeBucket(props);
    this.linkSecret = new Secret(this, "LinkSecret", {
      description: "Schema Gate: signs approvers' links, encrypts task tokens",
      encryptionKey: this.key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy,
    });
    Validations.of(this.linkSecret).acknowledge({
      id: "AwsSolutions-SMG4",
      reason: "A new value makes every open question and link void; it is rotated by hand between runs (docs/aws.md).",
    });
    Validations.of(this.bucket).acknowledge({
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

  private makeBucket({ auditLock, keepArtifacts, removalPolicy }: GateStorageProps): Bucket {
    const bucket = new Bucket(this, "Artifacts", {
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
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: "AuditOnlyWithLock",
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ["s3:PutObject"],
        resources: [bucket.arnForObjects("audit/*")],
        conditions: { StringNotEquals: { "s3:object-lock-mode": auditLock.mode } },
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: "AuditLongEnough",
        effect: Effect.DENY,
        principals: [new StarPrincipal()],
        actions: ["s3:PutObject", "s3:PutObjectRetention"],
        resources: [bucket.arnForObjects("audit/*")],
        // Whole days that are left: a moment after the event it is one less.
        conditions: { NumericLessThan: { "s3:object-lock-remaining-retention-days": auditLock.days - 1 } },
      }),
    );
    return bucket;
  }
}
