import { z } from "zod";
import { VERDICTS } from "../../core/evidence/evidence.js";
import { executionLogSchema } from "../../core/evidence/execution-log.js";
import { findingSchema } from "../../core/evidence/finding-schema.js";
import { queryEvidence } from "../../core/evidence/query-evidence.js";

/** What `run`, `check`, `backfill`, `resume`, `rollback` and `demo` print with --json, if the run ended. */
export const runOutput = z
  .strictObject({
    run: z.string(),
    outcome: z.enum(VERDICTS),
    reason: z.string(),
    release: z.string().nullable(),
    contract: z.strictObject({ columns: z.int(), indexes: z.int(), foreignKeys: z.int() }).nullable(),
    score: z.number().min(0).max(1).nullable(),
    queries: z.array(queryEvidence).meta({
      description: "What the release means for each version of the application; empty without a workload.",
    }),
    metrics: executionLogSchema.shape.metrics,
    tenants: z.strictObject({ total: z.int(), migrated: z.int() }),
    divergences: z.array(z.strictObject({ tenants: z.array(z.string()), differences: z.array(z.string()) })),
    approvedBy: z.array(z.string()),
    findings: z.strictObject({ errors: z.array(findingSchema), warnings: z.int() }),
    folder: z.string().meta({ description: "Where the record of the run lies." }),
    report: z.string().meta({ description: "Path of the HTML report." }),
  })
  .meta({ id: "run", title: "schema-gate run --json, and of check, backfill, resume, rollback and demo" });

/** One element of what `status --json` prints. */
const runStatus = z.strictObject({
  run: z.string(),
  release: z.string().nullable().meta({ description: "Null until the release was read." }),
  state: z.enum([...VERDICTS, "waiting for an approval", "held", "running", "unfinished", "unreadable"]).meta({
    description: "unreadable: its folder cannot be read or believed, and every count is 0; `next` says why.",
  }),
  held: z.string().nullable().meta({ description: "Who paused the rollout, or which window it waits for." }),
  tenants: z.int(),
  migrated: z.int(),
  leftMs: z
    .number()
    .nullable()
    .meta({ description: "Expected time of what is left of its rollout; null when none is." }),
  backfills: z
    .array(
      z.strictObject({
        tenant: z.string(),
        version: z.string(),
        rows: z.int().meta({ description: "Rows that are done." }),
        total: z.int().nullable().meta({ description: "Of how many; null where counting took too long." }),
        rowsPerSecond: z.int(),
        leftMs: z.number().nullable(),
        pace: z.enum(["go", "slow", "pause", "done"]).meta({ description: "What the governor of its host says." }),
        why: z.string().meta({ description: "The figure that decided the pace." }),
      }),
    )
    .meta({ description: "Backfills of its tenants, as they stood two seconds ago at most, or when they stopped." }),
  next: z.string().nullable().meta({ description: "The next command, when there is one." }),
});
export type RunStatus = Readonly<z.infer<typeof runStatus>>;

/** Contract steps that are waiting. */
export const waitingContracts = z
  .array(
    z.strictObject({
      file: z.string(),
      plan: z.string(),
      condition: z.string(),
      due: z.boolean().meta({ description: "Every tenant has the steps before it: only the condition is left." }),
    }),
  )
  .meta({ description: "Contract steps of `schema-gate rewrite` that wait for a later release." });

/** What `status --fleet --json` prints. */
export const fleetStatusOutput = z
  .strictObject({
    release: z.string(),
    tenants: z.array(
      z.strictObject({
        tenant: z.string(),
        pending: z.array(z.string()).nullable().meta({ description: "Versions that it lacks; null when unknown." }),
        reason: z.string().nullable(),
      }),
    ),
    contracts: waitingContracts,
  })
  .meta({ id: "status-fleet", title: "schema-gate status --fleet --json" });

/** What `status --json` prints, the newest run first. */
export const statusOutput = z.array(runStatus).meta({ id: "status", title: "schema-gate status --json" });
