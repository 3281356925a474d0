import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { decide } from "../run/decide-command.js";

/** Rejects, with a reason, as the person logged in on this machine. */
export const reject: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .option(
        "--aws",
        "a run of the stack: decide with the link that was sent to you (SCHEMA_GATE_APPROVAL_LINK, else asked for)",
      )
      .requiredOption("-r, --reason <text>", "why; it is kept in the audit trail");
  },
  async run(io, [run], options) {
    const reason = String(options.reason);
    if (options.aws !== true) return decide(io, run, "reject", reason);
    const { decideOnAws } = await import("../aws/decide-on-aws.js");
    return decideOnAws(io, run, { verdict: "reject", reason });
  },
};
