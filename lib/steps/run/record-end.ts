import type { Ports } from "../../ports/ports.js";
import { recordFailure } from "../states/record-failure.js";
import { writeReport } from "../states/report.js";
import { saveFindings } from "./findings.js";

/** How an execution ended that could not say so itself. */
export interface ExecutionEnd {
  /** `ABORTED`, `TIMED_OUT`, `FAILED`. */
  readonly status: string;
  readonly cause: string;
}

/**
 * Reports and seals a run whose execution ended without. It is no end of the run: its fleet stays claimed and its failure stays
 * out of later reports, so that a redriven execution goes on as if nothing had been written, in a trail that says what was.
 */
export async function recordEnd(
  ports: Ports,
  { status, cause }: ExecutionEnd,
): Promise<"recorded" | "only sealed" | "as it was"> {
  // The trail and not a file says what was last: of an execution that was redriven, the files of its first end are there.
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
