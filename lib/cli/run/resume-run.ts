import { dirname } from "node:path";
import { holderText } from "../../adapters/local/process-lock.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { UsageError } from "../../api/usage-error.js";
import { isEverybody, type Selection, SelectionError, select } from "../../core/rollout/selection.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { setPaused } from "../../steps/rollout/hold.js";
import { rolloutOutlook } from "../../steps/rollout/outlook.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import { resumeDemo } from "../commands/demo/run-demo.js";
import type { Io } from "../io.js";
import { announce } from "./announce.js";
import { printChanges } from "./changed-since.js";
import { channelsOf } from "./channels.js";
import { execute } from "./execute.js";
import { type FoundRun, findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { isSealed } from "./is-sealed.js";
import { failedOf } from "./only-failed.js";
import { printOutlook } from "./print-outlook.js";
import { lockHolder } from "./run-lock.js";
import { approverFor } from "./waiting.js";

export interface ResumeOptions {
  readonly wait: boolean;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly selection: Selection;
  /** Only those that failed in this run. */
  readonly onlyFailed: boolean;
}

/** Continues a run that did not reach its end. */
export async function resumeRun(io: Io, run: string | undefined, options: ResumeOptions): Promise<ExitCode> {
  const found = await findRun(io, run);
  const { workspace, artifacts, request } = found;
  if (!options.dryRun && (await letGoOn(io, found))) return 0;
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  // A run that failed or was halted can continue; what a gate or a person refused must be looked at again. Without its seal the end was not
  // reached: continuing does nothing twice, and then the run is sealed.
  if (outcome && outcome.status !== "failed" && outcome.status !== "halted" && (await isSealed(artifacts))) {
    throw new UsageError(`the run ${request.run} has ended: ${outcome.status}`, "schema-gate run   (starts a new one)");
  }
  if (options.dryRun) return outlook(io, { run: request.run, artifacts }, options.json);
  const only = await onlyOf(found, options);
  io.stderr.write(`Run ${request.run}, resumed\n`);
  if (request.command === "demo") return resumeDemo(io, workspace, request, options);
  const directory = dirname(workspace.root);
  await printChanges(io, found);
  const channels = await channelsOf(io, request.config, workspace, directory);
  const executed = await execute({
    io,
    workspace,
    request,
    configDirectory: directory,
    resumed: true,
    leaveHeld: !options.wait,
    ...(only === null ? {} : { only }),
    approver: approverFor({
      io,
      channels,
      port: request.config.approval.port,
      name: io.login,
      mode: options.wait ? "wait" : "leave",
    }),
  });
  const code = await finish(io, executed, options.json);
  await announce(io, channels.notifier, executed);
  return code;
}

/** Ends a pause. True if another process works on the run, and continues without our help. */
async function letGoOn(io: Io, { workspace, artifacts, request }: FoundRun): Promise<boolean> {
  const at = new Date(systemClock.now()).toISOString();
  const lifted = await setPaused({ artifacts }, { paused: false, by: io.login, at, reason: null });
  const holder = lockHolder(workspace, request.run);
  if (!lifted || holder === null) return false;
  io.stdout.write(`The run ${request.run} goes on, in ${holderText(holder)}.\n`);
  return true;
}

/** Ids of the run's tenants that this pass covers; null: all. Throws `UsageError`. */
async function onlyOf(
  { artifacts, request }: FoundRun,
  { selection, onlyFailed }: Pick<ResumeOptions, "selection" | "onlyFailed">,
): Promise<readonly string[] | null> {
  if (isEverybody(selection) && !onlyFailed) return null;
  const fleet = await artifacts.get<readonly Tenant[]>(artifact.fleet);
  if (fleet === null)
    throw new UsageError(
      `the run ${request.run} has not read its registry yet, so tenants cannot be chosen`,
      `schema-gate resume ${request.run}`,
    );
  const failed = onlyFailed ? await failedOf(request.run, artifacts) : null;
  try {
    const chosen = select(fleet, selection).map(({ id }) => id);
    return failed === null ? chosen : chosen.filter((id) => failed.includes(id));
  } catch (error) {
    if (error instanceof SelectionError)
      throw new UsageError(error.message, `schema-gate resume ${request.run} --dry-run`);
    throw error;
  }
}

/** What the rollout would still do. Before the gates have a score there is nothing to show. */
async function outlook(io: Io, run: Pick<Ports, "run" | "artifacts">, json: boolean): Promise<ExitCode> {
  if (!(await run.artifacts.has(artifact.score))) {
    throw new UsageError(
      `the run ${run.run} stopped before its gates were finished; resume goes on with them and then asks`,
      `schema-gate resume ${run.run} --no-wait`,
    );
  }
  printOutlook(io, run.run, await rolloutOutlook(run), json);
  return 0;
}
