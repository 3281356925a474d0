import { z } from "zod";
import { LOCK_MODES } from "../postgres/lock-modes.js";
import { count, milliseconds } from "./common.js";

/** One statement of the release as the dry run saw it on the clone of the largest cluster. */
export const statementEvidence = z.strictObject({
  sql: z.string(),
  migration: z.string(),
  source: z.strictObject({ file: z.string(), line: count }),
  transactionality: z.enum(["inside", "outside", "own"]),
  startMs: milliseconds.meta({ description: "Since the first statement began." }),
  ms: milliseconds,
  locks: z.array(
    z.strictObject({
      table: z.string(),
      mode: z.enum(LOCK_MODES),
      fromMs: milliseconds,
      toMs: milliseconds.meta({ description: "Until the commit." }),
    }),
  ),
  rewrites: z.array(z.string()),
  scans: z.array(z.string()),
  worst: z
    .strictObject({ tenant: z.string(), holdMs: milliseconds })
    .nullable()
    .meta({ description: "Longest hold of its strongest lock predicted for any tenant." }),
});

export const probeEvidence = z.strictObject({
  code: z.string(),
  subject: z.string(),
  meaning: z.string(),
  tenants: count,
  passed: count,
  hits: z.array(z.strictObject({ tenant: z.string(), count, keys: z.array(z.string()) })),
  unknown: z.array(z.strictObject({ tenant: z.string(), reason: z.string() })),
  repair: z.string().nullable(),
});

/** The release on a clone of one tenant whose rows no probe could judge. */
export const rehearsalEvidence = z.strictObject({
  tenant: z.string(),
  status: z.enum(["ran", "failed", "proved", "empty", "too large", "unknown"]),
  bytes: count.nullable().meta({ description: "Size of the tenant's database; null where nobody asked." }),
  ms: milliseconds,
  reason: z.string().nullable(),
});

/** The way back of one migration for the tenants of one cluster, and its proof. */
export const rollbackEvidence = z.strictObject({
  cluster: z.string(),
  tenants: count,
  migration: z.string(),
  source: z.enum(["author", "inverse", "difference"]),
  class: z.enum(["exact", "lossy", "impossible"]),
  statements: z.array(z.string()),
  losses: z.array(
    z.strictObject({
      what: z.enum(["column", "table", "rows", "precision", "object"]),
      name: z.string(),
      reason: z.string(),
    }),
  ),
  kept: z.array(z.string()).meta({ description: "Copies in the schema of kept data that put lost rows back." }),
  proof: z.strictObject({
    status: z.enum(["proved", "failed", "none"]),
    schemaEqual: z.boolean().nullable(),
    rowsEqual: z.boolean().nullable(),
    rows: count.nullable(),
    ms: milliseconds.nullable(),
    reason: z.string().nullable(),
  }),
});

export type StatementEvidence = z.infer<typeof statementEvidence>;
export type ProbeEvidence = z.infer<typeof probeEvidence>;
export type RehearsalEvidence = z.infer<typeof rehearsalEvidence>;
export type RollbackEvidence = z.infer<typeof rollbackEvidence>;
