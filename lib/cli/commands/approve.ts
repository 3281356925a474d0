import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { decide } from "../run/decide-command.js";
import { printOwnLink } from "../run/own-link.js";

/** Approves as the person logged in on this machine. */
export const approve: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .option("--link", "print your own link to the page instead of approving; it is for you alone")
      .addHelpText(
        "after",
        "\nYou approve as the user logged in here, who must be an approver of the config and not the requester.\n",
      );
  },
  run: (io, [run], options) => (options.link === true ? printOwnLink(io, run) : decide(io, run, "approve", null)),
};
