import type { GateResources } from "./function-grants.js";
import { policyText } from "./gate-policy.js";
import type { Grant } from "./handlers.js";

/** What a function is told (functions/environment.ts), which is no more than what it is granted. */
export function environmentOf(grants: readonly Grant[], resources: GateResources): Record<string, string> {
  const { bucket, signingKey, approvalKey, linkSecret, topicArn, slackSecret, stagingServer, auditLock, policy } =
    resources;
  const variables: Partial<Record<Grant, Record<string, string | undefined>>> = {
    databases: {
      SCHEMA_GATE_REGISTRY: registryOf(resources),
      SCHEMA_GATE_STAGING: stagingServer && `secret:${stagingServer.secretArn}`,
    },
    audit: {
      SCHEMA_GATE_AUDIT_RETENTION_DAYS: String(auditLock.days),
      SCHEMA_GATE_AUDIT_LOCK_MODE: auditLock.mode,
    },
    sign: { SCHEMA_GATE_SIGNING_KEY: signingKey.keyArn },
    "read approvals": { SCHEMA_GATE_APPROVAL_KEY: approvalKey.keyArn },
    approvals: { SCHEMA_GATE_APPROVAL_KEY: approvalKey.keyArn },
    policy: { SCHEMA_GATE_POLICY: policyText(bucket.stack, policy) },
    links: { SCHEMA_GATE_LINK_KEY_SECRET: linkSecret.secretArn },
    notify: { SCHEMA_GATE_TOPIC: topicArn, SCHEMA_GATE_SLACK_SECRET: slackSecret?.secretArn },
  };
  const told = Object.assign(
    { SCHEMA_GATE_BUCKET: bucket.bucketName },
    ...grants.map((what) => variables[what]),
  ) as Record<string, string | undefined>;
  return Object.fromEntries(Object.entries(told).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function registryOf({ registrySecret, policy: { registryFile } }: GateResources): string | undefined {
  if (registrySecret !== undefined && registryFile !== undefined)
    throw new Error("give either registrySecret or policy.registryFile");
  if (registrySecret !== undefined) return `secret:${registrySecret.secretArn}`;
  return registryFile === undefined ? undefined : `s3:registry/${registryFile}`;
}
