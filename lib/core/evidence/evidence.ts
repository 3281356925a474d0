import { z } from "zod";
import { count, milliseconds, sha256, time } from "./common.js";
import { approvalEvidence, rolloutEvidence, scoreEvidence } from "./decision-evidence.js";
import { executionLogSchema } from "./execution-log.js";
import { findingSchema } from "./finding-schema.js";
import { clusterEvidence, exemptEvidence, tenantEvidence } from "./fleet-evidence.js";
import { probeEvidence, rehearsalEvidence, rollbackEvidence, statementEvidence } from "./proof-evidence.js";
import { queryEvidence } from "./query-evidence.js";
import { rewriteEvidence } from "./rewrite-evidence.js";

/** Version of the evidence's form. A reader refuses a higher one. */
const EVIDENCE_VERSION = 1;

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

const run = z.strictObject({
  id: z.string(),
  command: z.enum(["run", "check", "demo", "backfill"]),
  engine: z.enum(["local", "aws"]),
  toolVersion: z.string(),
  requester: z.string(),
  startedAt: time,
  finishedAt: time.nullable(),
});

const release = z.strictObject({
  name: z.string(),
  convention: z.string(),
  folder: z
    .string()
    .optional()
    .meta({ description: "Where the files of the migrations lie in their repository; absent outside of one." }),
  digest: sha256.meta({ description: "SHA-256 of the canonical JSON of the migrations' checksums, in order." }),
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

/** The record of a run: what was found, proved, decided and done. What a run never reached is null or empty. */
export const evidenceSchema = z
  .strictObject({
    format: z.literal("schema-gate-evidence"),
    version: z.literal(EVIDENCE_VERSION),
    run,
    verdict: z
      .strictObject({ status: z.enum(VERDICTS), reason: z.string() })
      .meta({ description: "How the run ended; a check that passed asked nobody." }),
    release: release.nullable(),
    declared: z.string().nullable().meta({ description: "Fingerprint of the declared schema." }),
    tenants: z.array(tenantEvidence),
    exempt: z.array(exemptEvidence).exactOptional().meta({
      description: "Tenants of the registry that the config leaves out for now; absent without any.",
    }),
    notSelected: z.array(z.string()).exactOptional().meta({
      description: "Tenants of the registry that the run was not asked for; absent without any.",
    }),
    joined: z.array(z.string()).exactOptional().meta({
      description: "Tenants that the registry lists since the gates; absent without any.",
    }),
    clusters: z.array(clusterEvidence).meta({ description: "The majority first, then by size." }),
    findings: z.array(findingSchema),
    probes: z.array(probeEvidence),
    rehearsals: z.array(rehearsalEvidence).exactOptional().meta({
      description: "Tenants whose rows an execution on a clone of their own had to judge; absent without any.",
    }),
    queries: z.array(queryEvidence).exactOptional().meta({
      description: "What the release means for each version of the application, by cluster; absent without a workload.",
    }),
    dryRun: z.strictObject({ endedAt: time, ms: milliseconds }).nullable(),
    statements: z.array(statementEvidence),
    rollbacks: z.array(rollbackEvidence),
    rewrites: z.array(rewriteEvidence).exactOptional().meta({
      description: "Proved ways around hazards that block; absent without any.",
    }),
    score: scoreEvidence.nullable(),
    approval: approvalEvidence.nullable(),
    rollout: rolloutEvidence.nullable(),
    log: executionLogSchema,
    audit: z
      .strictObject({ events: count, head: sha256 })
      .meta({ description: "Length and last hash of the audit trail when the evidence was written." }),
  })
  .meta({ id: "evidence", title: "Evidence of a Schema Gate run" });

export type Evidence = z.infer<typeof evidenceSchema>;

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
