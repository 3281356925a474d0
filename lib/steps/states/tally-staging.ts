import { z } from "zod";
import type { Finding } from "../../core/finding.js";
import type { SnapshotPlan } from "../../core/staging/snapshot.js";
import { saveFindings } from "../run/findings.js";
import type { Step } from "../run/step.js";

const input = z.object({
  run: z.string(),
  phase: z.enum(["made", "removed"]),
  expected: z.array(
    z.object({ id: z.string(), host: z.string(), kind: z.enum(["aurora", "rds"]), source: z.string(), tries: z.int() }),
  ),
  results: z.array(z.looseObject({ ok: z.boolean().optional(), scope: z.string().optional() }).nullable()),
});

interface Output {
  readonly ok: boolean;
  /** For the state machine: the staging mode from here on. */
  readonly mode: "snapshot" | "removed";
}

/** Counts what was created, or removed, at RDS against what was planned, by name. */
export const tallyStaging: Step<z.infer<typeof input>, Output> = {
  name: "tally-staging",
  input,
  settled: (output) => output.ok,
  async run(ports, { phase, expected, results }) {
    const good = new Set(results.flatMap((result) => (result?.ok === true ? [result.scope ?? ""] : [])));
    const missing = expected.filter((plan) => !good.has(plan.id));
    await saveFindings(ports, `staging-${phase}`, missing.map(phase === "made" ? notMade : leftBehind));
    return { ok: missing.length === 0, mode: phase === "made" ? "snapshot" : "removed" };
  },
};

function notMade({ id, host, kind, source, tries }: SnapshotPlan): Finding {
  return {
    code: "staging.not-made",
    gate: "dry-run",
    severity: "error",
    unknown: true,
    subject: { kind: "host", name: host },
    message: `No copy of ${kind} ${source} was ready after ${tries / 2} minutes at most (${id}), so nothing can be tried on tenants of ${host}.`,
    remedy: {
      text: "The execution's history names the call of RDS that failed. Start a new run when its cause is gone.",
      command: "aws rds describe-events --duration 240",
    },
  };
}

/** Not a reason to block what was proved, but a copy of customers' rows that somebody pays for. */
function leftBehind({ id, kind, source }: SnapshotPlan): Finding {
  return {
    code: "staging.left-behind",
    gate: "dry-run",
    severity: "warning",
    subject: { kind: "snapshot", name: id },
    message: `The copy ${id} of ${kind} ${source} could not be removed; the hourly sweep tries again.`,
    remedy: {
      text: "If it is still there after two hours, remove it by hand.",
      command: `aws rds delete-db-instance --skip-final-snapshot --db-instance-identifier ${id}`,
    },
  };
}
