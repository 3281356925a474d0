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
      .option(
        "--aws",
        "a run of the stack: decide with the link that was sent to you (SCHEMA_GATE_APPROVAL_LINK, else asked for)",
      )
      .addHelpText(
        "after",
        "\nYou approve as the user logged in here, who must be an approver of the config and not the requester.\n",
      );
  },
  async run(io, [run], options) {
    if (options.aws === true) {
      const { decideOnAws } = await import("../aws/decide-on-aws.js");
      return decideOnAws(io, run, { verdict: "approve", reason: null });
    }
    return options.link === true ? printOwnLink(io, run) : decide(io, run, "approve", null);
  },
};
