import type { Command } from "commander";
import { UsageError } from "../../api/usage-error.js";
import type { CommandModule } from "../command.js";

const HELP = `
Examples:
  schema-gate repair --tenant acme           show acme's blocking rows and the SQL, ask, run it, count again
  schema-gate repair --tenant acme --yes     without a terminal
  schema-gate repair --tenant acme --undo    restore what the last repair of the run took away

A repair never invents a value, and keeps every row that it changes or moves in schema_gate.repaired_rows. It runs in one transaction:
if PostgreSQL refuses it, nothing changes. The audit trail of the run records it. Start a new check or run afterwards.
--undo leaves rows that the application has written since, names them, and exits with 1. The tables' triggers are off meanwhile.
`;

/** Takes rows that the release would fail on out of a tenant, and can restore them. */
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
