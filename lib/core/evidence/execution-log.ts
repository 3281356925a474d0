import { z } from "zod";
import type { Json } from "../json.js";

/** The phases of a run in the execution log, in order. */
const PHASES = [
  "introspection",
  "schema_analysis",
  "divergence_detection",
  "rollback_validation",
  "dry_run_execution",
  "gate_approval",
  "production_execution",
] as const;
export type Phase = (typeof PHASES)[number];

const PHASE_STATUSES = ["success", "warning", "blocked", "failed", "pending", "skipped"] as const;
export type PhaseStatus = (typeof PHASE_STATUSES)[number];

export const executionLogSchema = z
  .strictObject({
    task_id: z.string().meta({ description: "The run." }),
    agent: z.string().meta({ description: "What did the work." }),
    execution_timeline: z.array(
      z.strictObject({
        timestamp: z.iso.datetime().meta({ description: "When the phase began, RFC 3339 in UTC." }),
        phase: z.enum(PHASES),
        action: z.string(),
        status: z.enum(PHASE_STATUSES),
        details: z.record(z.string(), z.json()),
      }),
    ),
    metrics: z.strictObject({
      tenants_analyzed: z.int().nonnegative(),
      divergence_issues_found: z.int().nonnegative(),
      rollback_paths_validated: z
        .int()
        .nonnegative()
        .meta({ description: "Tenants whose cluster's way back passed its proof." }),
      dry_run_duration_ms: z.number().nonnegative(),
      execution_risk_score: z.number().min(0).max(1),
    }),
  })
  .meta({ id: "execution-log", title: "Execution log of a Schema Gate run" });

export type ExecutionLog = z.infer<typeof executionLogSchema>;
export type ExecutionMetrics = ExecutionLog["metrics"];

/** What a step says about its part of a phase. */
export interface PhaseRecord {
  readonly phase: Phase;
  readonly action: string;
  readonly status: PhaseStatus;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch; null while it is running. */
  readonly finishedAt: number | null;
  readonly details: { readonly [name: string]: Json };
}

/** A run's log from its phases' records, in the order of their start. Each entry's details gain `duration_ms`. */
export function executionLog(
  run: string,
  agent: string,
  records: readonly PhaseRecord[],
  metrics: ExecutionMetrics,
): ExecutionLog {
  const ordered = [...records].sort(
    (a, b) => a.startedAt - b.startedAt || PHASES.indexOf(a.phase) - PHASES.indexOf(b.phase),
  );
  return executionLogSchema.parse({
    task_id: run,
    agent,
    execution_timeline: ordered.map((record) => ({
      timestamp: new Date(record.startedAt).toISOString(),
      phase: record.phase,
      action: record.action,
      status: record.status,
      details: {
        ...record.details,
        // If the clock was set back in between, there is no duration rather than a negative one.
        ...(record.finishedAt === null ? {} : { duration_ms: Math.max(0, record.finishedAt - record.startedAt) }),
      },
    })),
    metrics,
  });
}
