import type { Command } from "commander";
import type { CommandModule } from "../command.js";

/** Goes on with a run; what is finished is not repeated. */
export const resume: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .option("--no-wait", "end when the run waits for an approval, and say how to go on")
      .option("--dry-run", "print what the rollout would still do, by wave and tenant, and touch nothing")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", "\nTenants that are finished are not touched again, whatever ended the run.\n");
  },
  async run(io, [run], options) {
    const { resumeRun } = await import("../run/resume-run.js");
    const [wait, dryRun, json] = [options.wait === true, options.dryRun === true, options.json === true];
    return resumeRun(io, run, { wait, dryRun, json });
  },
};
