import type { ExecutionState } from "../../adapters/aws/describe-execution.js";
import { UsageError } from "../../api/usage-error.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { followRun } from "./follow-run.js";
import { giveOrder } from "./give-order.js";
import { consoleAddress, findOnStack, onStack } from "./on-stack.js";

/**
 * Continues a run. A stopped execution is redriven from the state that it was in. One that reported its end cannot be redriven: a signed
 * order continues its rollout, with what was approved.
 */
export function resumeOnAws(
  io: Io,
  name: string | undefined,
  { wait, json }: { readonly wait: boolean; readonly json: boolean },
): Promise<ExitCode> {
  return onStack(io, async (stack) => {
    const found = await findOnStack(stack, name);
    const { run, artifacts, execution } = found;
    const { aws, settings } = stack;
    const state = await aws.executionWatcher(execution, settings)();
    if (state.status === "RUNNING" || state.status === "PENDING_REDRIVE")
      throw new UsageError(`the run ${run} is running and continues by itself`, `schema-gate status ${run} --aws`);
    if (wasStopped(state) && state.redrivable) {
      await aws.redriveExecution(execution, settings);
      io.stderr.write(`Run ${run}, redriven\n  ${consoleAddress(execution)}\n`);
      return followRun(io, { run, execution, wait, json });
    }
    const outcome = await artifacts.get<Outcome>(artifact.outcome);
    if (outcome?.status !== "halted" && outcome?.status !== "failed")
      throw new UsageError(
        `the run ${run} has ended: ${outcome?.status ?? state.status}`,
        "schema-gate run --aws   (starts a new one)",
      );
    if (!(await artifacts.has(artifact.waves)))
      throw new UsageError(
        `the run ${run} ended before its rollout, and has changed no tenant`,
        "schema-gate run --aws   (starts a new one)",
      );
    return giveOrder(io, stack, found, { kind: "resume", tenants: null, wait, json });
  });
}

/** It did not reach a state that ends it: redriving from such a state would only end it again. */
function wasStopped({ status, error }: ExecutionState): boolean {
  return status === "ABORTED" || status === "TIMED_OUT" || (status === "FAILED" && /^States\./.test(error ?? ""));
}
