import { z } from "zod";
import { type StackPolicy, stackPolicySchema } from "../lib/core/policy/stack-policy.js";

const arn = (service: string) =>
  z.string().regex(new RegExp(`^arn:[^:]+:${service}:`), `expected an ARN of ${service}`);
const count = z.coerce.number().int().positive();

/**
 * What the stack tells the Lambdas and the long task. Each function gets only what it needs: what is optional here is requested by name
 * when a step needs it. Holds names of secrets, never secrets.
 */
export const environmentSchema = z.object({
  /** Bucket of `inputs/`, `runs/`, `approvals/` and `audit/`. */
  SCHEMA_GATE_BUCKET: z.string().min(3),
  /** Asymmetric KMS key that seals the audit trail (ECC_NIST_P256 or ECC_NIST_EDWARDS25519). Seal only. */
  SCHEMA_GATE_SIGNING_KEY: z.string().min(1).optional(),
  /** Secret with 32 random bytes or more, as a text: signs links and encrypts task tokens. RequestApproval and the review page. */
  SCHEMA_GATE_LINK_KEY_SECRET: z.string().min(1).optional(),
  /** HMAC key of KMS: what is stored of approvals carries its MAC, and nothing else counts. Whoever reads or writes approvals. */
  SCHEMA_GATE_APPROVAL_KEY: z.string().min(1).optional(),
  /** Where approvers reach the review page, such as `https://abc.lambda-url.eu-central-1.on.aws`; no path. The page itself knows its own address. */
  SCHEMA_GATE_APPROVAL_URL: z
    .string()
    .transform((url) => url.replace(/\/+$/, ""))
    .pipe(z.string().regex(/^https?:\/\/[^/?#@]+$/, "expected an origin without a path"))
    .optional(),
  /** What the stack demands of every release, as JSON (lib/core/policy/stack-policy.ts). Load, Score, RequestApproval, NextWave, the page. */
  SCHEMA_GATE_POLICY: z.string().min(2).optional(),
  /**
   * SNS topic that asks and tells approvers. Each message is for one person, named in its attribute `approver`, and may contain that
   * person's link: every subscription needs the filter policy `{"approver": ["ID"]}`.
   */
  SCHEMA_GATE_TOPIC: arn("sns").optional(),
  /** Secret with Slack's `{"token", "signingSecret", "channel"?, "endpoint"?}` as JSON. */
  SCHEMA_GATE_SLACK_SECRET: z.string().min(1).optional(),
  /** Where the tenants are listed: `s3:KEY` in the bucket, or `secret:NAME`. Default: the registry of the packed config. */
  SCHEMA_GATE_REGISTRY: z
    .string()
    .regex(/^(s3|secret):.+$/, "expected s3:KEY or secret:NAME")
    .optional(),
  /** URL of the staging server as a reference (`secret:NAME`, `env:NAME`). Default: the staging of the packed config. */
  SCHEMA_GATE_STAGING: z
    .string()
    .regex(/^(secret|env):.+$/, "expected secret:NAME or env:NAME")
    .optional(),
  /** The state machine, for whatever starts runs. */
  SCHEMA_GATE_STATE_MACHINE: arn("states").optional(),
  /** Days that an event of the audit trail cannot be removed (S3 Object Lock); absent: no lock is requested. */
  SCHEMA_GATE_AUDIT_RETENTION_DAYS: count.optional(),
  SCHEMA_GATE_AUDIT_LOCK_MODE: z.enum(["GOVERNANCE", "COMPLIANCE"]).default("GOVERNANCE"),
  /** Milliseconds before the end of an invocation at which a step begins nothing new and cancels what it is waiting for. */
  SCHEMA_GATE_RESERVE_MS: count.default(45_000),
  /** Milliseconds; the time of one invocation if that is shorter than what Lambda says, as in a test. */
  SCHEMA_GATE_TIME_LIMIT_MS: count.optional(),
  AWS_REGION: z.string().optional(),
  /** Address of an emulator. The SDK uses it without our help; S3 then needs its bucket in the path. */
  AWS_ENDPOINT_URL: z.string().optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

/** Throws an `Error` that names each variable that is missing or wrong. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const given = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`the environment is not complete: ${problems.join("; ")}`);
}

/** Null if there is none. Throws an `Error` for an incomplete one: half a policy lets nothing pass. */
export function readPolicy(text: string | undefined): StackPolicy | null {
  if (text === undefined || text === "") return null;
  const parsed = stackPolicySchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`SCHEMA_GATE_POLICY is no policy: ${problems.join("; ")}`);
}
