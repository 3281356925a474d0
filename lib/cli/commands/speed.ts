import type { Command } from "commander";
import { systemClock } from "../../adapters/local/system-clock.js";
import { UsageError } from "../../api/usage-error.js";
import { setSpeed } from "../../steps/rollout/speed.js";
import { FULL_SPEED } from "../../steps/run/operator-entries.js";
import type { CommandModule } from "../command.js";
import { findWorkingRun } from "../run/working-run.js";

const HELP = `
Examples:
  schema-gate speed 25          batches take a quarter of the time; the rest is left to the application
  schema-gate speed 100         as fast as the host's figures allow
`;

/** How much of the time the backfills of a rollout may take; set from another terminal while it runs. */
export const speed: CommandModule = {
  describe(program: Command) {
    program
      .argument("<percent>", "1 to 100: the part of the time in which batches are at work")
      .argument("[run]", "the run; default: the newest")
      .addHelpText("after", HELP);
  },
  async run(io, [text, run]) {
    const percent = Number(/^(\d{1,3})%?$/.exec(text ?? "")?.[1] ?? Number.NaN);
    if (!(percent >= 1 && percent <= FULL_SPEED))
      throw new UsageError(
        `"${text ?? ""}" is not a speed: expected a whole number from 1 to 100`,
        "schema-gate speed 50",
      );
    const { artifacts, request } = await findWorkingRun(io, run);
    const at = new Date(systemClock.now()).toISOString();
    await setSpeed({ artifacts }, { percent, by: io.login, at });
    io.stdout.write(`Backfills of ${request.run} take ${percent} % of the time from their next batch on.\n`);
    return 0;
  },
};
