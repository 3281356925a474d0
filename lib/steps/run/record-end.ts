import type { Ports } from "../../ports/ports.js";
import { recordFailure } from "../states/record-failure.js";
import { writeReport } from "../states/report.js";
import { saveFindings } from "./findings.js";

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
