import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";

const HELP = `
Examples:
  schema-gate rollback RUN --dry-run                which tenants and migrations, how good the way back is, what it puts aside
  schema-gate rollback RUN                          every tenant that has the release, after a question
  schema-gate rollback RUN --tenant acme --tenant zenith --yes
  schema-gate rollback RUN --group eu               also --exclude acme

You decide as the user logged in here, who must be an approver of the config and not the requester. Each tenant is compared
with its schema before; rows written since are kept.
`;

/** Takes a release back with the ways that its dry run proved. */
export const rollback: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .argument("[run]", "the run; default: the newest")
      .option("--dry-run", "print what would be done, by tenant, and touch nothing")
      .option("-y, --yes", "decide without being asked")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const { rollBackRun } = await import("../run/roll-back-run.js");
    return rollBackRun(io, run, {
      selection: selectionOf(options),
      dryRun: options.dryRun === true,
      yes: options.yes === true,
      json: options.json === true,
    });
  },
};
