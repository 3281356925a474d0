import type { Command } from "commander";
import { workspaceIn } from "../../adapters/local/workspace.js";
import { UsageError } from "../../api/usage-error.js";
import { isEverybody } from "../../core/rollout/selection.js";
import { TamperedError } from "../../ports/tampered.js";
import type { CommandModule } from "../command.js";
import type { Io } from "../io.js";
import type { RunStatus } from "../json/run.js";
import { findRun, listRuns } from "../run/find-run.js";
import { printStatuses } from "../run/print-statuses.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";
import { statusOf, unreadable } from "../run/status-of.js";
import { watchRun } from "../run/watch-run.js";

const HELP = `
Examples:
  schema-gate status                        the newest runs
  schema-gate status --fleet                which tenants are behind; exit code 1 when one is
  schema-gate status --watch                follow the newest; the exit code is the run's`;

const MOST_RUNS = 10;

/** How the runs of this folder are doing. */
export const status: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .argument("[run]", "one run; default: the newest ten")
      .option("-w, --watch", "follow a run that works in another terminal, until it ends; default: the newest")
      .option("--aws", "runs of the stack that SCHEMA_GATE_BUCKET names")
      .option("--fleet", "which tenants lack which migrations, by their ledgers; takes seconds and clones nothing")
      .option("-c, --config <file>", "with --fleet: the config", "schema-gate.yaml")
      .option("--json", "print as JSON on standard output")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const selection = selectionOf(options);
    if (options.fleet === true) {
      const { printFleetStatus } = await import("../run/fleet-status.js");
      return printFleetStatus(io, { config: String(options.config), selection, json: options.json === true });
    }
    if (!isEverybody(selection))
      throw new UsageError("--tenant, --group and --exclude need --fleet", "schema-gate status --fleet --tenant ID");
    if (options.aws === true) {
      const { statusOnAws, watchOnAws } = await import("../aws/status-on-aws.js");
      const json = options.json === true;
      return options.watch === true ? watchOnAws(io, run, json) : statusOnAws(io, run, json);
    }
    if (options.watch === true) return watchRun(io, await findRun(io, run));
    const statuses =
      run === undefined
        ? await Promise.all(
            listRuns(workspaceIn(io.cwd, io.env))
              .slice(0, MOST_RUNS)
              .map((name) => listed(io, name)),
          )
        : [await statusOf(await findRun(io, run))];
    printStatuses(io, statuses, {
      json: options.json === true,
      none: "No runs here yet. Start one with: schema-gate run, or schema-gate demo",
    });
    return 0;
  },
};

/** One run that cannot be believed must not hide the others; asked for by its name, it says why. */
async function listed(io: Io, run: string): Promise<RunStatus> {
  try {
    return await statusOf(await findRun(io, run));
  } catch (error) {
    if (!(error instanceof TamperedError || error instanceof UsageError || isOfTheSystem(error))) throw error;
    return unreadable(run);
  }
}

/** A right that is missing, a share that is gone, a link that leads to itself. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
