import { dirname } from "node:path";
import { UsageError } from "../../api/usage-error.js";
import type { Ports } from "../../ports/ports.js";
import { rolloutOutlook } from "../../steps/rollout/outlook.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import { resumeDemo } from "../commands/demo/run-demo.js";
import type { Io } from "../io.js";
import { announce } from "./announce.js";
import { channelsOf } from "./channels.js";
import { execute } from "./execute.js";
import { findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { isSealed } from "./is-sealed.js";
import { printOutlook } from "./print-outlook.js";
import { approverFor } from "./waiting.js";

/** Goes on with a run that did not reach its end. */
export async function resumeRun(
  io: Io,
  run: string | undefined,
  options: { readonly wait: boolean; readonly dryRun: boolean; readonly json: boolean },
): Promise<ExitCode> {
  const { workspace, artifacts, request } = await findRun(io, run);
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  // What failed or was halted can go on; what a gate or a person refused needs to be looked at again. An end without its
  // seal was not reached: nothing is done twice by going on, and then it is sealed.
  if (outcome && outcome.status !== "failed" && outcome.status !== "halted" && (await isSealed(artifacts))) {
    throw new UsageError(`the run ${request.run} has ended: ${outcome.status}`, "schema-gate run   (starts a new one)");
  }
  if (options.dryRun) return outlook(io, { run: request.run, artifacts }, options.json);
  io.stderr.write(`Run ${request.run}, resumed\n`);
  if (request.command === "demo") return resumeDemo(io, workspace, request, options);
  const directory = dirname(workspace.root);
  const channels = await channelsOf(io, request.config, workspace, directory);
  const executed = await execute({
    io,
    workspace,
    request,
    configDirectory: directory,
    resumed: true,
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

/** What the rollout would still do. Before the gates have a score there is nothing to tell. */
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
