import type { IRole } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { AnySecret } from "./cdk-types.js";
import { type DatabaseAccess, grantDatabases, readSecrets } from "./database-access.js";
import type { GatePolicy } from "./gate-policy.js";
import type { AuditLock } from "./gate-storage.js";
import type { Grant } from "./handlers.js";
import { permit } from "./permit.js";

/** The resources of the grants. */
export interface GateResources {
  readonly bucket: IBucket;
  readonly key: IKey;
  readonly signingKey: IKey;
  readonly approvalKey: IKey;
  readonly linkSecret: AnySecret;
  readonly auditLock: AuditLock;
  readonly topicArn: string;
  readonly policy: GatePolicy;
  readonly slackSecret: AnySecret | undefined;
  readonly databases: DatabaseAccess;
  readonly registrySecret: AnySecret | undefined;
  readonly stagingServer: AnySecret | undefined;
}

const OBJECTS = "Keys of objects are not known in advance; the prefix is all that the function may touch.";

/** The artifacts of runs and their encryption key: every function gets these. */
export function grantArtifacts(role: IRole, { bucket, key }: GateResources): void {
  permit(role, {
    actions: ["s3:GetObject", "s3:PutObject"],
    resources: [bucket.arnForObjects("runs/*")],
    wildcard: OBJECTS,
  });
  permit(role, { actions: ["s3:GetObject"], resources: [bucket.arnForObjects("inputs/*")], wildcard: OBJECTS });
  // Without ListBucket a missing object reads as "access denied", which is a fault and not an answer.
  permit(role, { actions: ["s3:ListBucket"], resources: [bucket.bucketArn] });
  permit(role, { actions: ["kms:Decrypt", "kms:GenerateDataKey"], resources: [key.keyArn] });
}

/** One grant of `HANDLERS`, as statements of the function's own role. */
export function grant(role: IRole, what: Grant, resources: GateResources): void {
  GRANTS[what](role, resources);
}

const GRANTS: Readonly<Record<Grant, (role: IRole, resources: GateResources) => void>> = {
  databases: (role, { bucket, databases, registrySecret, stagingServer, policy }) => {
    grantDatabases(role, databases);
    permit(role, {
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects("registry/*"), bucket.arnForObjects("ways/*")],
      wildcard: OBJECTS,
    });
    readSecrets(
      role,
      [registrySecret, stagingServer, ...(policy.secrets ?? [])].filter((secret) => secret !== undefined),
    );
  },
  ways: (role, { bucket }) =>
    permit(role, { actions: ["s3:PutObject"], resources: [bucket.arnForObjects("ways/*")], wildcard: OBJECTS }),
  audit: (role, { bucket }) =>
    permit(role, {
      actions: ["s3:GetObject", "s3:PutObject", "s3:PutObjectRetention"],
      resources: [bucket.arnForObjects("audit/*")],
      wildcard: OBJECTS,
    }),
  sign: (role, { signingKey }) =>
    permit(role, { actions: ["kms:Sign", "kms:GetPublicKey"], resources: [signingKey.keyArn] }),
  "read approvals": (role, { bucket, approvalKey }) => {
    permit(role, {
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects("approvals/*")],
      wildcard: OBJECTS,
    });
    permit(role, { actions: ["kms:VerifyMac"], resources: [approvalKey.keyArn] });
  },
  approvals: (role, { bucket, approvalKey }) => {
    permit(role, {
      actions: ["s3:GetObject", "s3:PutObject"],
      resources: [bucket.arnForObjects("approvals/*")],
      wildcard: OBJECTS,
    });
    permit(role, { actions: ["kms:GenerateMac", "kms:VerifyMac"], resources: [approvalKey.keyArn] });
  },
  "read memory": (role, { bucket }) =>
    permit(role, {
      actions: ["s3:GetObject"],
      resources: [bucket.arnForObjects("memory/*")],
      wildcard: OBJECTS,
    }),
  memory: (role, { bucket }) =>
    permit(role, {
      actions: ["s3:GetObject", "s3:PutObject"],
      resources: [bucket.arnForObjects("memory/*")],
      wildcard: OBJECTS,
    }),
  policy: () => {},
  signers: (role, { policy }) => {
    const keys = policy.signers.flatMap(({ kmsKey }) => (kmsKey ? [kmsKey.keyArn] : []));
    if (keys.length > 0) permit(role, { actions: ["kms:GetPublicKey"], resources: keys });
  },
  links: (role, { linkSecret }) => readSecrets(role, [linkSecret]),
  notify: (role, { topicArn, slackSecret }) => {
    permit(role, { actions: ["sns:ListSubscriptionsByTopic", "sns:Publish"], resources: [topicArn] });
    if (slackSecret) readSecrets(role, [slackSecret]);
  },
};
