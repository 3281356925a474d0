import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { systemClock } from "../../../adapters/local/system-clock.js";
import { type LoadedConfig, readConfig } from "../../../api/read-config.js";
import { type Check, lacking } from "../../../core/doctor/check.js";
import { plural } from "../../../core/plural.js";
import { stackChecks } from "../../aws/stack-checks.js";
import type { CommandModule, ExitCode } from "../../command.js";
import type { Io } from "../../io.js";
import { printable } from "../../terminal/printable.js";
import { Progress } from "../../terminal/progress.js";
import { styleFor } from "../../terminal/style.js";
import { fleetChecks } from "./fleet.js";
import { machineChecks } from "./machine.js";

const HELP = `
Examples:
  schema-gate doctor                    this machine, the config, one tenant of every server
  schema-gate doctor --all              every tenant as well
  schema-gate doctor --aws              what --aws needs here: variables, packages, bucket, state machine, the key that signs
  schema-gate doctor --json | jq '.checks[] | select(.status != "ok")'

Only reads tenants. On each server it creates a database of its own, fills, copies and drops it, as a run would. For whatever is missing
it says what a run could not do, and which statement grants it.`;

export const doctor: CommandModule = {
  describe(command: Command): void {
    command
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--all", "connect to every tenant")
      .option("--aws", "check what --aws needs, instead of servers and tenants")
      .option("--json", "print as JSON on standard output")
      .addHelpText("after", HELP);
  },

  async run(io: Io, _args, options): Promise<ExitCode> {
    const path = resolve(io.cwd, String(options.config));
    const loaded = existsSync(path) ? readConfig(io.cwd, String(options.config)) : null;
    const progress = new Progress(io, () => systemClock.monotonic());
    const checks = [
      ...(await machineChecks(io)),
      ...(options.aws === true ? await stackChecks(io) : []),
      ...(options.aws === true
        ? []
        : loaded
          ? await fleetChecks(io, loaded, { all: options.all === true, progress })
          : [noConfig(path)]),
    ];
    const healthy = checks.every((check) => check.status !== "error");
    if (options.json === true) io.stdout.write(asJson(healthy, loaded, checks));
    else io.stdout.write(asText(io, checks));
    return healthy ? 0 : 1;
  },
};

function noConfig(path: string): Check {
  return lacking("config", "warning", {
    message: `There is no ${path}.`,
    cost: "Only this machine was checked.",
    remedy: "schema-gate init",
  });
}

function asJson(healthy: boolean, loaded: LoadedConfig | null, checks: readonly Check[]): string {
  return `${JSON.stringify({ healthy, config: loaded?.path ?? null, checks }, null, 2)}\n`;
}

function asText(io: Io, checks: readonly Check[]): string {
  const style = styleFor(io);
  const marks = { ok: style.green("✓"), warning: style.yellow("!"), error: style.red("✗") };
  const lines = checks.flatMap((check) => [
    `${marks[check.status]} ${printable(check.name)}: ${printable(check.message)}`,
    ...(check.cost === null ? [] : [`    ${check.cost}`]),
    ...(check.remedy === null ? [] : [`    ${style.bold(printable(check.remedy))}`]),
  ]);
  const count = (status: Check["status"]) => checks.filter((check) => check.status === status).length;
  lines.push("", `${plural(count("error"), "error")}, ${plural(count("warning"), "warning")}.`);
  return `${lines.join("\n")}\n`;
}
