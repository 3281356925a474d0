import { z } from "zod";
import { LOCK_MODES } from "../operations/operation.js";
import { executionLogSchema } from "./execution-log.js";
import { findingSchema } from "./finding-schema.js";

/** Version of the evidence's form. A reader refuses a higher one. */
export const EVIDENCE_VERSION = 1;

const count = z.int().nonnegative();
const ms = z.number().nonnegative();
const time = z.iso.datetime();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const part = z.number().min(0).max(1);

export const VERDICTS = [
  "passed",
  "blocked",
  "rejected",
  "expired",
  "failed",
  "halted",
  "rolled back",
  "waiting",
] as const;

/** How a run ended. `passed` with `check` means: nothing blocks, nobody was asked. */
const verdict = z.strictObject({
  status: z.enum(VERDICTS),
  /** One sentence. */
  reason: z.string(),
});

const run = z.strictObject({
  id: z.string(),
  command: z.string().meta({ description: "run, check or demo" }),
  engine: z.enum(["local", "aws"]),
  toolVersion: z.string(),
  requestedBy: z.string(),
  startedAt: time,
  finishedAt: time.nullable(),
});

const release = z.strictObject({
  name: z.string(),
  convention: z.string(),
  digest: sha256.meta({ description: "SHA-256 of the canonical JSON of the migrations' checksums." }),
  migrations: z.array(
    z.strictObject({
      version: z.string(),
      name: z.string(),
      file: z.string(),
      language: z.enum(["sql", "rust"]),
      checksum: z.string(),
    }),
  ),
  contract: z.strictObject({ columns: count, indexes: count, foreignKeys: count }),
  coverage: z.strictObject({ understood: count, opaque: count, ignored: count }),
});

export const TENANT_STATUSES = [
  "analyzed",
  "unknown",
  "up to date",
  "migrated",
  "failed",
  "rolled back",
  "not started",
] as const;

const tenant = z.strictObject({
  id: z.string(),
  group: z.string().nullable(),
  host: z.string(),
  database: z.string(),
  schema: z.string().nullable(),
  serverVersion: count.nullable().meta({ description: "server_version_num, e.g. 180004" }),
  bytes: count.nullable().meta({ description: "Size of the database or schema." }),
  cluster: z.string().nullable(),
  before: z.string().nullable().meta({ description: "Fingerprint before the release." }),
  after: z.string().nullable().meta({ description: "Fingerprint after it, read from the tenant." }),
  status: z.enum(TENANT_STATUSES),
  score: part.nullable(),
  wave: count.nullable(),
  ms: ms.nullable().meta({ description: "How long the rollout took in this tenant." }),
  attempts: count,
  message: z.string().nullable(),
});

const cluster = z.strictObject({
  id: z.string(),
  fingerprint: z.string(),
  tenants: count,
  majority: z.boolean(),
  representative: z.string().meta({ description: "Tenant whose clone stands for the cluster." }),
  drift: z.array(
    z.strictObject({
      subject: z.string(),
      kind: z.string(),
      actual: z.string().nullable(),
      expected: z.string().nullable(),
      severity: z.enum(["note", "warning", "error"]),
      releaseDepends: z.boolean(),
      repair: z.string().nullable(),
    }),
  ),
});

const probe = z.strictObject({
  code: z.string(),
  subject: z.string(),
  meaning: z.string(),
  tenants: count,
  hits: z.array(z.strictObject({ tenant: z.string(), count, keys: z.array(z.string()) })),
  unknown: z.array(z.strictObject({ tenant: z.string(), reason: z.string() })),
  repair: z.string().nullable(),
});

const statement = z.strictObject({
  sql: z.string(),
  ms: ms.nullable(),
  locks: z.array(z.strictObject({ table: z.string(), mode: z.enum(LOCK_MODES), heldMs: ms.nullable() })),
  rewrites: z.array(z.string()),
  scans: z.array(z.string()),
});

const rollback = z.strictObject({
  migration: z.string(),
  source: z.enum(["author", "inverse", "difference"]).nullable(),
  class: z.enum(["exact", "lossy", "impossible"]).nullable(),
  statements: z.array(z.string()),
  losses: z.array(z.strictObject({ what: z.string(), name: z.string(), reason: z.string() })),
  kept: z.array(z.string()).meta({ description: "Copies that put lost rows back." }),
});

const proof = z.strictObject({
  cluster: z.string(),
  tenant: z.string(),
  status: z.enum(["proved", "failed", "unknown", "not needed"]),
  reason: z.string().nullable(),
  statements: z.array(statement),
  rollback: z.array(rollback).meta({ description: "One per migration, in the order of the release." }),
  ms,
});

const score = z.strictObject({
  fleet: part,
  verdict: z.enum(["pass", "ask", "quorum", "blocked"]),
  factors: z.array(z.strictObject({ name: z.string(), value: part, reason: z.string() })),
});

const approval = z.strictObject({
  digest: sha256,
  requester: z.string(),
  quorum: count,
  status: z.enum(["not asked", "pending", "approved", "rejected", "expired", "void"]),
  /** One sentence. */
  reason: z.string(),
  requestedAt: time.nullable(),
  expiresAt: time.nullable(),
  decisions: z.array(
    z.strictObject({
      person: z.string(),
      channel: z.string(),
      verdict: z.enum(["approve", "reject"]),
      at: time,
      reason: z.string().nullable(),
    }),
  ),
});

const wave = z.strictObject({
  index: count,
  canary: z.boolean(),
  tenants: count,
  migrated: count,
  failed: count,
  status: z.enum(["planned", "finished", "halted", "rolled back"]),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
});

/** The record of a run: what was found, proved, decided and done. Parts that a run never reached are null or empty. */
export const evidenceSchema = z
  .strictObject({
    format: z.literal("schema-gate-evidence"),
    version: z.literal(EVIDENCE_VERSION),
    run,
    verdict,
    release: release.nullable(),
    declared: z.string().nullable().meta({ description: "Fingerprint of the declared schema." }),
    tenants: z.array(tenant),
    clusters: z.array(cluster),
    findings: z.array(findingSchema),
    probes: z.array(probe),
    proofs: z.array(proof),
    score: score.nullable(),
    approval: approval.nullable(),
    waves: z.array(wave),
    log: executionLogSchema,
    audit: z
      .strictObject({ events: count, head: sha256 })
      .meta({ description: "Length and last hash of the audit trail when the evidence was written." }),
  })
  .meta({ id: "evidence", title: "Evidence of a Schema Gate run" });

export type Evidence = z.infer<typeof evidenceSchema>;
export type TenantEvidence = Evidence["tenants"][number];
export type ClusterEvidence = Evidence["clusters"][number];
export type ProbeEvidence = Evidence["probes"][number];
export type ProofEvidence = Evidence["proofs"][number];
export type Verdict = Evidence["verdict"];

/** The evidence in a text. Throws `EvidenceError` with the first place that does not fit. */
export function readEvidence(text: string): Evidence {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new EvidenceError(`The evidence is not whole JSON: ${(error as Error).message}`);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === "number" && version > EVIDENCE_VERSION)
    throw new EvidenceError(
      `The evidence has version ${version}; this version of schema-gate reads up to ${EVIDENCE_VERSION}. Use the version that wrote it.`,
    );
  const parsed = evidenceSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new EvidenceError(
    `The evidence does not fit its schema at ${first?.path.join(".") || "its top"}: ${first?.message}`,
  );
}

export class EvidenceError extends Error {
  override readonly name = "EvidenceError";
}
