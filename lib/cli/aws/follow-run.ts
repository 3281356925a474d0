import type { ExecutionState } from "../../adapters/aws/describe-execution.js";
import { artifactsFolder } from "../../adapters/local/artifacts-folder.js";
import { workspaceIn } from "../../adapters/local/workspace.js";
import type { Artifacts } from "../../ports/artifacts.js";
import type { TakenOrder } from "../../steps/run/accepted-input.js";
import { artifact } from "../../steps/run/records.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { finish } from "../run/finish.js";
import { type Phase, phaseOf } from "../run/phase-of.js";
import { printable } from "../terminal/printable.js";
import { followExecution } from "./follow-execution.js";
import { onStack } from "./on-stack.js";

export interface Following {
  readonly run: string;
  /** ARN. */
  readonly execution: string;
  /** What the execution was given; absent: a release. */
  readonly order?: TakenOrder["kind"];
  /** False: end when people are asked. */
  readonly wait: boolean;
  readonly json: boolean;
}

/** Follows an execution to its end, then copies the run's record here and reports how it ended. */
export function followRun(io: Io, { run, execution, order, wait, json }: Following): Promise<ExitCode> {
  return onStack(io, async ({ store, settings, aws }) => {
    const artifacts = aws.s3Artifacts(store, `runs/${run}`);
    const phase = () => (order === "rollback" ? rollbackPhase(artifacts, execution) : phaseOf(artifacts));
    const look = aws.executionWatcher(execution, settings);
    const { state, stopped } = await followExecution(io, phase, look, wait);
    if (stopped !== null) {
      io.stderr.write(`The run ${run} goes on at AWS (${stopped}).\n`);
      if (json) io.stdout.write(`${JSON.stringify({ run, outcome: stopped, execution })}\n`);
      return stopped === "interrupted" ? 3 : 4;
    }
    if (order !== undefined && !(await isTaken(artifacts, execution))) return sayNotTaken(io, run, state);
    const folder = workspaceIn(io.cwd, io.env).runFolder(run);
    await aws.downloadRun(store, run, folder);
    const place = { run, artifacts: artifactsFolder(folder) };
    const code = await finish(io, { execution: endOf(state), ports: place, stopped: null }, json);
    // The order is done: whatever the run was before, its tenants are as they were.
    return order === "rollback" && state.status === "SUCCEEDED" ? 0 : code;
  });
}

function endOf(state: ExecutionState) {
  if (state.status === "SUCCEEDED") return { status: "succeeded" } as const;
  return { status: "failed", error: state.error ?? state.status, cause: state.cause ?? "no cause was given" } as const;
}

async function isTaken(artifacts: Artifacts, execution: string): Promise<boolean> {
  return (await artifacts.get<TakenOrder>(artifact.order))?.execution === execution;
}

function sayNotTaken(io: Io, run: string, { error, cause, status }: ExecutionState): ExitCode {
  io.stderr.write(`Nothing was done with the run ${run}: ${printable(reasonOf(cause) ?? error ?? status)}\n`);
  return error === "OrderRefused" ? 1 : 3;
}

/** Lambda passes a cause as JSON. */
function reasonOf(cause: string | null): string | null {
  try {
    return String((JSON.parse(cause ?? "") as { errorMessage?: unknown }).errorMessage ?? cause);
  } catch {
    return cause;
  }
}

async function rollbackPhase(artifacts: Artifacts, execution: string): Promise<Phase> {
  const taken = await artifacts.get<TakenOrder>(artifact.order);
  const title = taken?.execution !== execution ? "Order" : taken.begun ? "Take back" : "Approval";
  return { title, done: 0, total: 0 };
}
