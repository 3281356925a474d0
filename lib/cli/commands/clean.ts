import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import { parseDuration } from "../../core/config/duration.js";
import type { CommandModule } from "../command.js";

const HELP = `
Examples:
  schema-gate clean                          list what it would remove: runs that ended more than 30 days ago
  schema-gate clean --yes                    remove it, and scratch databases that killed runs left on the servers
  schema-gate clean --older-than 7d --yes

Keeps the trail of each run, with its tenants' records, its requester and its outcome, so audit verify still works for it and for later
runs. Removes reports, catalogs and plans: a cleaned run can no longer be rolled back or reported. Leaves alone the newest run, runs that
can still be resumed, runs with a repair that can still be undone, and runs whose folder somebody changed.
`;

/** Removes what old runs left behind; unless told to do it, only says what it would remove. */
export const clean: CommandModule = {
  describe(program: Command) {
    program
      .option("--config <file>", "the config, for the servers with scratch databases", "schema-gate.yaml")
      .option("--older-than <duration>", "runs that started longer ago than this", "30d")
      .option("--unfinished", "include runs that can still be resumed")
      .option("--repaired", "include runs with repairs that can still be undone")
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
      again: again(options),
    });
  },
};

/** The same, decided. */
function again({ config, olderThan, unfinished, repaired }: Readonly<Record<string, unknown>>): string {
  const given = [
    ...(config === "schema-gate.yaml" ? [] : ["--config", config]),
    ...(olderThan === "30d" ? [] : ["--older-than", olderThan]),
    ...(unfinished === true ? ["--unfinished"] : []),
    ...(repaired === true ? ["--repaired"] : []),
  ];
  return ["schema-gate clean", ...given, "--yes"].join(" ");
}
