import { clientSettings } from "../../adapters/aws/clients.js";
import { artifactsFolder } from "../../adapters/local/artifacts-folder.js";
import { workspaceIn } from "../../adapters/local/workspace.js";
import { UsageError } from "../../api/usage-error.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { finish } from "../run/finish.js";
import { printable } from "../terminal/printable.js";
import { followExecution } from "./follow-execution.js";
import { awsAdapters } from "./sdk.js";

export interface AwsRunOptions {
  readonly config: string;
  readonly mode: "run" | "check";
  /** Every catalog is read, also of tenants that did not change since the last run. */
  readonly fresh: boolean;
  /** False: upload only, and print the input of the execution. */
  readonly start: boolean;
  /** False: end when the run waits for its approval. */
  readonly wait: boolean;
  readonly json: boolean;
}

/** Uploads the release, starts its execution on AWS, and follows it as a run on this machine is followed. */
export async function runOnAws(io: Io, options: AwsRunOptions): Promise<ExitCode> {
  const bucket = variable(io, "SCHEMA_GATE_BUCKET");
  const machine = options.start ? variable(io, "SCHEMA_GATE_STATE_MACHINE") : "";
  const aws = await awsAdapters();
  const [{ uploadRelease }, { downloadRun }, { s3Artifacts }] = await Promise.all([
    import("./upload-release.js"),
    import("../../adapters/aws/download-run.js"),
    import("../../adapters/aws/s3-artifacts.js"),
  ]);
  const settings = clientSettings(io.env);
  const store = aws.openStore(bucket, settings);
  try {
    const input = await uploadRelease(store, io, options);
    if (!options.start) {
      io.stdout.write(`${JSON.stringify(input)}\n`);
      return 0;
    }
    const { execution } = await aws.startExecution(machine, input, settings);
    io.stderr.write(`Run ${input.run}\n  ${consoleAddress(execution)}\n`);
    const remote = s3Artifacts(store, `runs/${input.run}`);
    const look = aws.executionWatcher(execution, settings);
    const { state, stopped } = await followExecution(io, remote, look, options.wait);
    if (stopped !== null) {
      io.stderr.write(`The run ${input.run} goes on at AWS (${stopped}).\n`);
      if (options.json) io.stdout.write(`${JSON.stringify({ run: input.run, outcome: stopped, execution })}\n`);
      return stopped === "interrupted" ? 3 : 4;
    }
    const folder = workspaceIn(io.cwd, io.env).runFolder(input.run);
    await downloadRun(store, input.run, folder);
    const ended =
      state.status === "SUCCEEDED"
        ? ({ status: "succeeded" } as const)
        : ({
            status: "failed",
            error: state.error ?? state.status,
            cause: state.cause ?? "no cause was given",
          } as const);
    const place = { run: input.run, artifacts: artifactsFolder(folder) };
    return await finish(io, { execution: ended, ports: place, stopped: null }, options.json);
  } catch (error) {
    if (error instanceof UsageError || !isOfAws(error)) throw error;
    throw new UnfinishedError(printable((error as Error).message), "check the credentials, the region and the names");
  }
}

function variable(io: Io, name: string): string {
  const value = io.env[name];
  if (value === undefined || value === "")
    throw new UsageError(`--aws needs the environment variable ${name}`, `export ${name}=…   (an output of the stack)`);
  return value;
}

/** Where a person sees the execution. */
function consoleAddress(execution: string): string {
  const region = execution.split(":")[3] ?? "";
  return `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${execution}`;
}

function isOfAws(error: unknown): boolean {
  const { name } = error as Error;
  return name === "StoreError" || "$metadata" in (error as object) || /Credentials|Endpoint|Region/.test(name);
}
