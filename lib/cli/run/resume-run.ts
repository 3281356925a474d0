import { dirname } from "node:path";
import { artifact } from "../../steps/records.js";
import type { Outcome } from "../../steps/report.js";
import type { ExitCode } from "../command.js";
import { UsageError } from "../command.js";
import { resumeDemo } from "../demo/run-demo.js";
import type { Io } from "../io.js";
import { announce } from "./announce.js";
import { channelsOf } from "./channels.js";
import { execute } from "./execute.js";
import { findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { loginName } from "./login-name.js";
import { approverFor } from "./waiting.js";

/** Goes on with a run that did not reach its end. */
export async function resumeRun(
  io: Io,
  run: string | undefined,
  options: { readonly wait: boolean; readonly json: boolean },
): Promise<ExitCode> {
  const { workspace, artifacts, request } = await findRun(io.cwd, run);
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  // What failed or was halted can go on; what a gate or a person refused needs to be looked at anew.
  if (outcome && outcome.status !== "failed" && outcome.status !== "halted") {
    throw new UsageError(`the run ${request.run} has ended: ${outcome.status}`, "schema-gate run   (starts a new one)");
  }
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
      name: loginName(),
      mode: options.wait ? "wait" : "leave",
    }),
  });
  const code = await finish(io, executed, options.json);
  await announce(io, channels.notifier, executed);
  return code;
}
