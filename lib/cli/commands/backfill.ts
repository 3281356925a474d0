import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";

const EXAMPLES = `
Examples:
  schema-gate backfill fill.sql                    proved on clones, then waits for the approval, then runs in batches
  schema-gate backfill fill.sql --group eu         the tenants of one group; also --tenant acme, --exclude acme
  schema-gate backfill fill.sql --dry-run          proof and waves alone; nothing is approved or changed
  schema-gate backfill fill.sql --again            also in tenants that had it before

The file has one UPDATE, DELETE or INSERT … SELECT under a comment:
  -- schema-gate: backfill by id batch 200ms
  UPDATE users SET email_lower = lower(email) WHERE email_lower IS NULL;

It is a run like any other: status, approve, pause, speed, resume, rollback, report and audit work on it. A tenant records it by the file's
name in schema_gate.backfill_ledger, and not in the framework's ledger. Files of the folder of migrations are run by: schema-gate run
`;

/** One backfill over the fleet, outside a release. */
export const backfill: CommandModule = {
  describe(program: Command) {
    program.argument("<file>", "SQL file with the one annotated statement");
    describeSelection(program)
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--again", "also in tenants that had it before")
      .option("--no-wait", "exit when the run waits for an approval, and say how to continue")
      .option("--dry-run", "run every gate and show the planned waves and tenants; approve and change nothing")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", EXAMPLES);
  },
  async run(io, [file = ""], options) {
    const { startBackfill } = await import("../run/start-backfill.js");
    return startBackfill(io, file, {
      config: String(options.config),
      wait: options.wait === true,
      dryRun: options.dryRun === true,
      json: options.json === true,
      again: options.again === true,
      selection: selectionOf(options),
    });
  },
};
