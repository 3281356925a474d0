import type { Command } from "commander";
import type { CommandModule } from "../command.js";
import { decide } from "../run/decide-command.js";

/** Rejects, with a reason, as the person logged in on this machine. */
export const reject: CommandModule = {
  describe(program: Command) {
    program
      .argument("[run]", "the run; default: the newest")
      .requiredOption("-r, --reason <text>", "why; it is kept in the audit trail");
  },
  run: (io, [run], options) => decide(io, run, "reject", String(options.reason)),
};
