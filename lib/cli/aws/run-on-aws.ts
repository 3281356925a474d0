import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { followRun } from "./follow-run.js";
import { consoleAddress, machineOf, onStack } from "./on-stack.js";

export interface AwsRunOptions {
  readonly config: string;
  readonly mode: "run" | "check";
  /** Read every catalog, even of tenants that did not change since the last run. */
  readonly fresh: boolean;
  /** False: only upload, and print the input of the execution. */
  readonly start: boolean;
  /** False: end when the run waits for its approval. */
  readonly wait: boolean;
  readonly json: boolean;
}

/** Uploads the release, starts its execution on AWS, and follows it like a run on this machine. */
export function runOnAws(io: Io, options: AwsRunOptions): Promise<ExitCode> {
  return onStack(io, async ({ store, settings, aws }) => {
    const machine = options.start ? machineOf(io) : "";
    const { uploadRelease } = await import("./upload-release.js");
    const input = await uploadRelease(store, io, options);
    if (!options.start) {
      io.stdout.write(`${JSON.stringify(input)}\n`);
      return 0;
    }
    const { execution } = await aws.startExecution(machine, input, settings);
    const { run } = input;
    io.stderr.write(`Run ${run}\n  ${consoleAddress(execution)}\n`);
    return followRun(io, { run, execution, wait: options.wait, json: options.json });
  });
}
