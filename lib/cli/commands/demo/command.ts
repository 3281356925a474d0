import { type Command, Option } from "commander";
import { UsageError } from "../../../api/usage-error.js";
import type { CommandModule } from "../../command.js";
import { LEAST_BLOCKED } from "./tenants.js";

const EXAMPLES = `
Examples:
  schema-gate demo                       a clean release; asks you to approve it, or approves itself without a terminal
  schema-gate demo --scenario blocked    tenants whose rows would break the release; the gate holds
`;

/** The main job on generated tenants. */
export const demo: CommandModule = {
  describe(program: Command) {
    program
      .addOption(
        new Option("-s, --scenario <name>", "what the fleet is like").choices(["clean", "blocked"]).default("clean"),
      )
      .option("-t, --tenants <count>", "how many tenants", "247")
      .option("-y, --yes", "approve without asking, even at a terminal")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", EXAMPLES);
  },
  async run(io, _args, options) {
    const tenants = Number(options.tenants);
    if (!Number.isInteger(tenants) || tenants < 1 || tenants > 999) {
      throw new UsageError(`--tenants takes a whole number from 1 to 999, not ${String(options.tenants)}`);
    }
    if (options.scenario === "blocked" && tenants < LEAST_BLOCKED)
      throw new UsageError(
        `--scenario blocked takes ${LEAST_BLOCKED} tenants or more, not ${tenants}: with fewer, no rows would break the release`,
        `schema-gate demo --scenario blocked --tenants ${LEAST_BLOCKED}`,
      );
    const { runDemo } = await import("./run-demo.js");
    return runDemo(io, {
      scenario: options.scenario === "blocked" ? "blocked" : "clean",
      tenants,
      json: options.json === true,
      yes: options.yes === true,
    });
  },
};
