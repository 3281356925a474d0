import { z } from "zod";
import { FACTOR_NAMES } from "../risk/factors.js";
import { count, sha256, share, time } from "./common.js";

export const scoreEvidence = z.strictObject({
  fleet: share,
  verdict: z.enum(["pass", "ask", "quorum", "blocked"]),
  factors: z.array(z.strictObject({ name: z.enum(FACTOR_NAMES), value: share, reason: z.string() })),
  thresholds: z.strictObject({ ask: share, quorum: share, block: share }),
});

export const approvalEvidence = z.strictObject({
  digest: sha256,
  requester: z.string(),
  approvers: z.array(z.string()),
  quorum: count,
  status: z.enum(["pending", "approved", "rejected", "expired", "void"]),
  reason: z.string().meta({ description: "One sentence." }),
  requestedAt: time,
  expiresAt: time,
  decisions: z.array(
    z.strictObject({
      person: z.string(),
      verdict: z.enum(["approve", "reject"]),
      channel: z.string(),
      at: time,
      reason: z.string().nullable(),
    }),
  ),
});

export const rolloutEvidence = z.strictObject({
  status: z.enum(["running", "done", "halted", "rolling back", "rolled back", "failed"]),
  reason: z.string().nullable(),
  waves: z.array(
    z.strictObject({
      name: z.string(),
      status: z.enum(["waiting", "running", "done", "stopped"]),
      planned: count,
      done: count,
      running: count,
      gone: count.exactOptional().meta({ description: "Tenants that left the registry before; absent without any." }),
      failures: z.array(z.strictObject({ tenant: z.string(), message: z.string() })),
      startedAt: time.nullable(),
      finishedAt: time.nullable(),
    }),
  ),
});

export type ApprovalEvidence = z.infer<typeof approvalEvidence>;
export type RolloutEvidence = z.infer<typeof rolloutEvidence>;
