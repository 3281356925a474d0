import type { Ports } from "../../ports/ports.js";
import { recordFailure } from "../states/record-failure.js";
import { type Outcome, writeReport } from "../states/report.js";
import { saveFindings } from "./findings.js";
import { artifact } from "./records.js";

/** How an execution ended that could not report its own end. */
export interface ExecutionEnd {
  /** `ABORTED`, `TIMED_OUT`, `FAILED`. */
  readonly status: string;
  readonly cause: string;
}

/**
 * Reports and seals a run whose execution ended without doing so. The run itself has not ended: its fleet stays claimed and this failure
 * stays out of later reports, so that a redriven execution continues as if nothing had been written, with a trail that says what happened.
 */
export async function recordEnd(
  ports: Ports,
  { status, cause }: ExecutionEnd,
): Promise<"recorded" | "only sealed" | "as it was"> {
  // The trail, not a file, says what came last: after a redrive, the files of the execution's first end still exist.
  const last = (await ports.audit.events()).at(-1)?.action;
  if (last === "audit.sealed") return "as it was";
  const reported = last === "run.finished";
  if (!reported) {
    await recordFailure.run(ports, { run: ports.run, error: status, cause });
    await writeReport(ports);
    await saveFindings(ports, "failure", []);
  }
  await ports.audit.close(ports.signer);
  return reported ? "only sealed" : "recorded";
}

/**
 * Seals the trail of a run whose request somebody removed. Nothing can be reported of it and it cannot be redriven, so it no longer claims
 * its fleet; the trail, which nobody can remove, says how it ended.
 */
export async function recordRemoved(
  ports: Pick<Ports, "run" | "artifacts" | "audit" | "rollouts" | "clock" | "signer">,
  { status, cause }: ExecutionEnd,
): Promise<"recorded" | "as it was"> {
  const { run, audit, clock } = ports;
  if ((await audit.events()).at(-1)?.action === "audit.sealed") return "as it was";
  const reason = `Somebody removed the request of the run ${run}, so it could not continue (${status}: ${cause}).`;
  const finishedAt = new Date(clock.now()).toISOString();
  await ports.artifacts.put(artifact.outcome, { status: "failed", reason, finishedAt } satisfies Outcome);
  for (const action of ["step.failed", "run.finished"] as const)
    await audit.append({
      actor: "schema-gate",
      action,
      subject: { kind: "run", name: run },
      digest: null,
      details: action === "step.failed" ? { error: status, cause: reason } : { status: "failed", reason },
    });
  await ports.rollouts.end(run);
  await audit.close(ports.signer);
  return "recorded";
}
