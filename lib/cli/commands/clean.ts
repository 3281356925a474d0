import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { parseDuration } from "../../core/config/duration.js";
import type { CommandModule } from "../command.js";

const HELP = `
Examples:
  schema-gate clean                          what would go: runs that ended more than 30 days ago
  schema-gate clean --yes                    remove it, and scratch databases that killed runs left on the servers
  schema-gate clean --older-than 7d --yes

The trail of a run stays, with its tenants' records, who asked and how it ended: audit verify still holds for it and for the runs after
it. Reports, catalogs and plans go, so a cleaned run can no longer be rolled back or reported. The newest run stays, and so do those that
could still be resumed, those with a repair that could still be undone, and those whose folder somebody changed.
`;

/** Removes what old runs left behind; says what it would remove unless it is told to. */
export const clean: CommandModule = {
  describe(program: Command) {
    program
      .option("--config <file>", "the config, for the servers with scratch databases", "schema-gate.yaml")
      .option("--older-than <duration>", "runs that began longer ago than this", "30d")
      .option("--unfinished", "also runs that could still be resumed")
      .option("--repaired", "also runs whose repairs could then no longer be undone")
      .option("-y, --yes", "really remove")
      .addHelpText("after", HELP);
  },
  async run(io, _args, options) {
    const olderThan = parseDuration(String(options.olderThan));
    if (olderThan === null)
      throw new UsageError(`--older-than takes a duration such as 12h or 30d, not ${String(options.olderThan)}`);
    const { cleanRuns } = await import("../run/clean-runs.js");
    return cleanRuns(io, {
      config: String(options.config),
      olderThan,
      unfinished: options.unfinished === true,
      repaired: options.repaired === true,
      yes: options.yes === true,
    });
  },
};
