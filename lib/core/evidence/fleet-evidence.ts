import { z } from "zod";
import { count, milliseconds, share } from "./common.js";

const TENANT_STATUSES = [
  "analyzed",
  "unknown",
  "up to date",
  "migrated",
  "failed",
  "rolled back",
  "not started",
  "gone",
] as const;

/** A tenant that a person excluded, until the end of a day. */
export const exemptEvidence = z.strictObject({
  tenant: z.string(),
  reason: z.string(),
  expires: z.iso.date(),
  by: z.string(),
});

/** An ANALYZE after the release. */
const analyzed = z.strictObject({
  statement: z.string(),
  ms: milliseconds,
  failed: z.string().nullable().meta({ description: "Why it was not analyzed; null where it was." }),
});

export const tenantEvidence = z.strictObject({
  id: z.string(),
  group: z.string().nullable(),
  host: z.string(),
  database: z.string(),
  schema: z.string().nullable(),
  serverVersion: count.nullable().meta({ description: "server_version_num, e.g. 180004." }),
  bytes: count.nullable().meta({ description: "Size of the database or schema." }),
  cluster: z.string().nullable(),
  before: z.string().nullable().meta({ description: "Fingerprint before the release." }),
  after: z.string().nullable().meta({ description: "Fingerprint after it, read from the tenant." }),
  status: z.enum(TENANT_STATUSES),
  score: share.nullable(),
  wave: z.string().nullable(),
  ms: milliseconds.nullable().meta({ description: "How long the rollout took in this tenant." }),
  attempts: count,
  message: z.string().nullable(),
  analyzed: z
    .array(analyzed)
    .exactOptional()
    .meta({ description: "ANALYZE after the release, with its time; absent where none was needed or wanted." }),
});

const difference = z.strictObject({
  object: z.string().meta({ description: "`index app.users.idx_tenant_quota`." }),
  kind: z.enum(["missing", "extra", "changed"]),
  declared: z.string().nullable(),
  actual: z.string().nullable(),
  effect: z.enum(["healed", "remains", "breaks", "unknown"]).meta({ description: "What the release does to it." }),
  repair: z.string().nullable(),
});

export const clusterEvidence = z.strictObject({
  id: z.string(),
  fingerprint: z.string(),
  tenants: count,
  majority: z.boolean(),
  representative: z.string().nullable().meta({ description: "Tenant whose clone stands for the cluster." }),
  proof: z
    .enum(["proved", "failed", "none", "not needed"])
    .meta({ description: "`not needed`: nothing is pending there, so nothing was cloned." }),
  differences: z.array(difference).meta({ description: "From the declared schema." }),
});

export type Analyzed = z.infer<typeof analyzed>;
export type TenantEvidence = z.infer<typeof tenantEvidence>;
export type ExemptEvidence = z.infer<typeof exemptEvidence>;
export type ClusterEvidence = z.infer<typeof clusterEvidence>;
