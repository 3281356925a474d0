import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";

const HELP = `
Examples:
  schema-gate rollback RUN --dry-run                which tenants and migrations, how exact the rollback is, what it keeps
  schema-gate rollback RUN                          every tenant that has the release, after a question
  schema-gate rollback RUN --tenant acme --tenant zenith --yes
  schema-gate rollback RUN --group eu               also --exclude acme
  schema-gate rollback RUN --aws                    of a run on AWS

You decide as the user logged in here, who must be an approver in the config and not the requester. Compares each tenant with its
earlier schema, and keeps rows written since.

With --aws, SCHEMA_GATE_BUCKET, SCHEMA_GATE_STATE_MACHINE and SCHEMA_GATE_PACK_KEY are as for run --aws. Whoever signs asks for it and cannot
approve it; approvers of the stack get a link. What would be put aside is counted there, before they are asked.
`;

/** Takes a release back by the ways that its dry run proved. */
export const rollback: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .argument("[run]", "the run; default: the newest")
      .option("--dry-run", "print what would be done, by tenant, and touch nothing")
      .option("-y, --yes", "decide without being asked")
      .option("--aws", "a run of the stack: sign the order, let its approvers be asked, and follow it")
      .option("--no-wait", "with --aws: end when its approvers are asked")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const selection = selectionOf(options);
    const [dryRun, json] = [options.dryRun === true, options.json === true];
    if (options.aws === true) {
      const { rollBackOnAws } = await import("../aws/roll-back-on-aws.js");
      return rollBackOnAws(io, run, { selection, dryRun, json, wait: options.wait === true });
    }
    const { rollBackRun } = await import("../run/roll-back-run.js");
    return rollBackRun(io, run, {
      selection,
      dryRun,
      yes: options.yes === true,
      json,
    });
  },
};
