import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { decide } from "../run/decide-command.js";

/** Approves as the person logged in on this machine. */
export const approve: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .addHelpText(
        "after",
        "\nYou approve as the user logged in here, who must be an approver of the config and not the requester.\n",
      );
  },
  run: (io, [run]) => decide(io, run, "approve", null),
};
