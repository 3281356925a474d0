import { type Command, Option } from "commander";
import type { CommandModule } from "../command.js";
import { describeSelection, refuseChosen, selectionOf } from "../run/selection-options.js";

const EXAMPLES = `
Examples:
  schema-gate check                        every gate on ./schema-gate.yaml; nothing is approved or rolled out
  schema-gate check --group eu             the tenants of one group
  schema-gate check --json | jq .score     for a CI job; exit 1 when a gate says no
  schema-gate check --aws                  on AWS, as run --aws does it
`;

/** Every gate up to the approval; no tenant is changed. */
export const check: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--fresh", "read every catalog, even of tenants that have not changed since the last run")
      .addOption(new Option("--only <which>", "only the tenants that failed in the newest run").choices(["failed"]))
      .option("--aws", "check on AWS: upload the release, start its execution and follow it")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", EXAMPLES);
  },
  async run(io, _args, options) {
    const selection = selectionOf(options);
    const onlyFailed = options.only === "failed";
    const [config, fresh, json] = [String(options.config), options.fresh === true, options.json === true];
    if (options.aws === true) {
      refuseChosen(selection, onlyFailed);
      const { runOnAws } = await import("../aws/run-on-aws.js");
      return runOnAws(io, { config, mode: "check", fresh, start: true, wait: true, json });
    }
    const { startRun } = await import("../run/start.js");
    return startRun(io, { config, mode: "check", wait: false, dryRun: false, json, fresh, selection, onlyFailed });
  },
};
