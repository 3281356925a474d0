import type { Command } from "commander";
import { systemClock } from "../../adapters/local/system-clock.js";
import { setPaused } from "../../steps/rollout/hold.js";
import type { CommandModule } from "../command.js";
import { findWorkingRun } from "../run/working-run.js";

const HELP = `
Examples:
  schema-gate pause --reason "support is looking at acme"
  schema-gate resume                       continue the rollout, in the terminal in which it runs

Tenants in progress finish, and backfills stop between two batches. No other tenant starts until somebody resumes. The audit trail records
who paused.
`;

/** Holds a rollout between two tenants, from another terminal. */
export const pause: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .option("-r, --reason <text>", "why; it is shown and kept in the audit trail")
      .addHelpText("after", HELP);
  },
  async run(io, [run], options) {
    const { artifacts, request } = await findWorkingRun(io, run);
    const reason = typeof options.reason === "string" ? options.reason : null;
    const at = new Date(systemClock.now()).toISOString();
    const changed = await setPaused({ artifacts }, { paused: true, by: io.login, at, reason });
    io.stdout.write(
      changed
        ? `Paused ${request.run}: tenants in progress finish, backfills stop between two batches, and no other tenant starts.\n`
        : `The run ${request.run} is paused already.\n`,
    );
    io.stdout.write(`Continue with: schema-gate resume ${request.run}\n`);
    return 0;
  },
};
