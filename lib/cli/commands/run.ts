import { type Command, Option } from "commander";
import type { CommandModule } from "../command.js";
import { describeSelection, refuseChosen, selectionOf } from "../run/selection-options.js";

const EXAMPLES = `
Examples:
  schema-gate run                                  with ./schema-gate.yaml; waits for the approval
  schema-gate run --config prod/schema-gate.yaml --no-wait
                                                   ends at the approval; go on with approve and resume
  schema-gate run --tenant acme --tenant zenith    these tenants; also --group eu, --exclude acme
  schema-gate run --json > run.json                the summary for machines, progress on standard error
  schema-gate run --aws                            on AWS: packs the release, starts the execution, follows it
  schema-gate run --aws --upload-only              packs and uploads; prints the execution's input as JSON

With --aws, SCHEMA_GATE_BUCKET and SCHEMA_GATE_STATE_MACHINE name the stack's bucket and state machine, and
SCHEMA_GATE_PACK_KEY (kms:KEY, or the path of a private key) signs the release. SCHEMA_GATE_AUTHOR says whose change it is, so that they cannot approve it.
The run lies in .schema-gate/runs/RUN. Killed or interrupted, it goes on with: schema-gate resume RUN
`;

/** All gates, the approval, the rollout. */
export const run: CommandModule = {
  describe(program: Command) {
    describeSelection(program)
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--no-wait", "exit when the run waits for an approval, and say how to continue")
      .option(
        "--dry-run",
        "every gate, then the waves and tenants that a run would have; nothing is approved or changed",
      )
      .option("--fresh", "read every catalog, even of tenants that have not changed since the last run")
      .addOption(new Option("--only <which>", "only the tenants that failed in the newest run").choices(["failed"]))
      .option("--aws", "run on AWS: upload the release, start its execution and follow it")
      .option("--upload-only", "with --aws: upload the release and print the input of its execution")
      .option("--json", "print the summary as JSON on standard output")
      .addHelpText("after", EXAMPLES);
  },
  async run(io, _args, options) {
    const selection = selectionOf(options);
    const onlyFailed = options.only === "failed";
    if (options.aws === true || options.uploadOnly === true) {
      refuseChosen(selection, onlyFailed);
      const { runOnAws } = await import("../aws/run-on-aws.js");
      return runOnAws(io, {
        config: String(options.config),
        mode: options.dryRun === true ? "check" : "run",
        fresh: options.fresh === true,
        start: options.uploadOnly !== true,
        wait: options.wait === true,
        json: options.json === true,
      });
    }
    const { startRun } = await import("../run/start.js");
    const [wait, json, fresh] = [options.wait === true, options.json === true, options.fresh === true];
    const dryRun = options.dryRun === true;
    const mode = dryRun ? "check" : "run";
    return startRun(io, { config: String(options.config), mode, wait, dryRun, json, fresh, selection, onlyFailed });
  },
};
