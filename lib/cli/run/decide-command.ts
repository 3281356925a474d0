import { approvalsOf } from "../../adapters/local/open-run.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { UsageError } from "../../api/usage-error.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { findRun } from "./find-run.js";
import { decideAtTerminal } from "./question.js";

/** `approve` and `reject`: the person is the one logged in on this machine; nobody can pretend to be someone else. */
export async function decide(
  io: Io,
  run: string | undefined,
  verdict: "approve" | "reject",
  reason: string | null,
): Promise<ExitCode> {
  const { workspace, artifacts, request } = await findRun(io, run);
  const approvals = await approvalsOf(workspace);
  const name = io.login;
  const outcome = await decideAtTerminal(
    { run: request.run, approvals, artifacts, clock: systemClock },
    { name, verdict, reason },
  );
  if (outcome === null) {
    throw new UsageError(`the run ${request.run} is not waiting for an approval`, `schema-gate status ${request.run}`);
  }
  if (!outcome.accepted) {
    io.stderr.write(`Not accepted: ${printable(outcome.message)}.\n`);
    return 1;
  }
  const told = outcome.status === "pending" ? "more approvals are needed" : outcome.status;
  io.stdout.write(`Recorded for ${request.run} as ${name}: ${told}.\n`);
  if (outcome.status === "approved")
    io.stdout.write(`A waiting run goes on by itself; otherwise: schema-gate resume ${request.run}\n`);
  return 0;
}
