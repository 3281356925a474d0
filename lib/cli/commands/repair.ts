import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import type { CommandModule } from "../command.js";

const HELP = `
Examples:
  schema-gate repair --tenant acme           shows the rows in the way in acme and the SQL, asks, runs it, counts again
  schema-gate repair --tenant acme --yes     without a terminal
  schema-gate repair --tenant acme --undo    restores what the last repair of the run took away

A repair makes no value up and keeps every row that it changes or moves in schema_gate.repaired_rows. It is one transaction:
what is refused changes nothing. It is in the audit trail of the run. Afterwards start a new check or run.
--undo leaves what the application has written since, says so, and answers 1; the tables' triggers are off meanwhile.
`;

/** Takes the rows out of a tenant that the release would trip over, and can restore them. */
export const repair: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run that found the rows; default: the newest")
      .requiredOption("--tenant <id>", "the tenant")
      .option("--undo", "restore what the last repair of this run took away")
      .option("-y, --yes", "do it without asking")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const tenant = String(options.tenant);
    if (tenant === "") throw new UsageError("--tenant needs the id of a tenant", "schema-gate inspect");
    const { repairRun } = await import("../run/repair-run.js");
    return repairRun(io, run, { tenant, undo: options.undo === true, yes: options.yes === true });
  },
};
