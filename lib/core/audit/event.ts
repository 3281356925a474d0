import { z } from "zod";
import type { Subject } from "../finding.js";
import type { Json } from "../json.js";

/** Version of the audit format; every event and the seal carry it. */
export const AUDIT_FORMAT = 1;

/** Stands for "no event before": the first event's `previous`. */
export const GENESIS = "0".repeat(64);

/** Everything that can be written to the trail. Refusals, waivers and skipped gates are events like any other. */
export const AUDIT_ACTIONS = [
  "run.started",
  "run.resumed",
  "run.finished",
  "run.cleaned",
  "tenant.exempted",
  "registry.changed",
  "step.finished",
  "step.failed",
  "tenants.recorded",
  "findings.recorded",
  "gate.refused",
  "gate.skipped",
  "finding.waived",
  "loss.accepted",
  "opaque.accepted",
  "drift.allowed",
  "approval.requested",
  "approval.reminded",
  "approval.given",
  "approval.rejected",
  "approval.refused",
  "approval.expired",
  "approval.void",
  "wave.started",
  "wave.finished",
  "rollout.held",
  "rollout.paused",
  "rollout.continued",
  "backfill.governed",
  "backfill.speed",
  "breaker.opened",
  "rollback.asked",
  "rollback.started",
  "rollback.finished",
  "fault.observed",
  "repair.started",
  "repair.failed",
  "tenant.repaired",
  "repair.undone",
  "adoption.started",
  "ledger.adopted",
  "adoption.finished",
  "audit.repaired",
  "audit.reopened",
  "audit.sealed",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What happened, before it has a place in the chain. */
export interface AuditInput {
  /** RFC 3339 in UTC with milliseconds, e.g. `2024-01-15T09:30:00.000Z`. */
  readonly at: string;
  /** Who did it: `schema-gate`, or a person as the approval channel names them. */
  readonly actor: string;
  readonly action: AuditAction;
  readonly subject: Subject;
  /** SHA-256 in hex of the evidence it rests on; null when there is none. */
  readonly digest: string | null;
  readonly details: { readonly [name: string]: Json };
}

/** One link of the chain. `hash` is the SHA-256 of the canonical JSON of all other fields. */
export interface AuditEvent extends Omit<AuditInput, "action"> {
  readonly format: number;
  /** 0-based, without gaps. */
  readonly seq: number;
  /** One of `AUDIT_ACTIONS`; an event written by a newer version may have another. */
  readonly action: string;
  /** `hash` of the previous event; `GENESIS` for the first. */
  readonly previous: string;
  readonly hash: string;
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const auditEventSchema = z.strictObject({
  format: z.int().positive(),
  seq: z.int().nonnegative(),
  at: z.iso.datetime({ precision: 3 }),
  actor: z.string(),
  action: z.string(),
  subject: z.strictObject({ kind: z.string(), name: z.string() }),
  digest: hash.nullable(),
  details: z.record(z.string(), z.json()),
  previous: hash,
  hash,
});
