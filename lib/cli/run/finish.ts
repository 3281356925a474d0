import { plural } from "../../core/plural.js";
import { migratedSoFar } from "../../steps/rollout/migrated-so-far.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import type { Executed, Stopped } from "./execute.js";
import { printSummary, type RunPlace } from "./summary.js";

/** A run that was executed, here or elsewhere. */
export type Ended = Omit<Executed, "ports"> & { readonly ports: RunPlace };

/** Reports how a run ended and returns that as an exit code. */
export async function finish(io: Io, executed: Ended, json: boolean): Promise<ExitCode> {
  const { ports, stopped, execution } = executed;
  if (stopped !== null) {
    io.stderr.write(`${await stoppedText(ports, stopped)}\n`);
    if (json) io.stdout.write(`${JSON.stringify({ run: ports.run, outcome: stopped })}\n`);
    return stopped === "interrupted" ? 3 : 4;
  }
  const outcome = await ports.artifacts.get<Outcome>(artifact.outcome);
  if (outcome === null) {
    const cause = execution.status === "failed" ? `${execution.error}: ${execution.cause}` : "no outcome was written";
    io.stderr.write(`schema-gate: the run ${ports.run} could not be finished: ${cause}\n`);
    io.stderr.write(`  next: remove the cause, then schema-gate resume ${ports.run}\n`);
    return 3;
  }
  await printSummary(io, ports, outcome, json);
  // The state machine's own result counts too: an outcome that it did not accept is not a pass.
  if (outcome.status === "passed") return execution.status === "succeeded" ? 0 : 3;
  return outcome.status === "failed" ? 3 : 1;
}

async function stoppedText(ports: RunPlace, stopped: Stopped): Promise<string> {
  if (stopped === "waiting for approval") return `The run ${ports.run} waits for an approval.`;
  const done = `${plural(await migratedSoFar(ports), "tenant has", "tenants have")} been migrated`;
  return stopped === "interrupted"
    ? `Interrupted. ${done}; none is half done. Continue with: schema-gate resume ${ports.run}`
    : `The rollout of ${ports.run} is held. ${done}. Continue with: schema-gate resume ${ports.run}`;
}
