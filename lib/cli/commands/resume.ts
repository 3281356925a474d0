import { type Command, Option } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { isEverybody } from "../../core/rollout/selection.js";
import type { CommandModule } from "../command.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";

const HELP = `
Examples:
  schema-gate resume                       continue the newest run
  schema-gate resume --only failed         only the tenants that failed; the others wait for another resume
  schema-gate resume --exclude acme        leave out a tenant that cannot be reached now
  schema-gate resume RUN --aws             on AWS: what was stopped, or a rollout that halted or failed

Finished tenants are not touched again, whatever ended the run. A paused rollout continues.
`;

/** Continues a run; what is finished is not repeated. */
export const resume: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .argument("[run]", "the run; default: the newest")
      .option("--no-wait", "exit when the run waits for an approval, and say how to continue")
      .option("--dry-run", "print what the rollout would still do, by wave and tenant; change nothing")
      .addOption(new Option("--only <which>", "only the tenants that failed in this run").choices(["failed"]))
      .option("--aws", "a run of the stack: redrive what was stopped, else sign an order to go on")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const { resumeRun } = await import("../run/resume-run.js");
    const [wait, dryRun, json] = [options.wait === true, options.dryRun === true, options.json === true];
    const onlyFailed = options.only === "failed";
    const selection = selectionOf(options);
    if (options.aws === true) {
      if (dryRun || onlyFailed || !isEverybody(selection))
        throw new UsageError("--dry-run and a choice of tenants are not for --aws", "schema-gate resume RUN --aws");
      const { resumeOnAws } = await import("../aws/resume-on-aws.js");
      return resumeOnAws(io, run, { wait, json });
    }
    return resumeRun(io, run, { wait, dryRun, json, selection, onlyFailed });
  },
};
