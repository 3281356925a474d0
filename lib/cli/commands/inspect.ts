import { type Command, Option } from "commander";
import { artifactsFolder } from "../../adapters/local/artifacts-folder.js";
import { Fleet } from "../../adapters/local/fleet.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { workspaceIn } from "../../adapters/local/workspace.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { milliseconds } from "../../core/config/config.js";
import { blocks } from "../../core/finding.js";
import { RegistryError } from "../../ports/registry.js";
import { readFleet } from "../../steps/catalog/read-fleet.js";
import { fleetOverview } from "../catalog/fleet-overview.js";
import { fleetText } from "../catalog/fleet-text.js";
import { loadCatalog } from "../catalog/load-catalog.js";
import { type CommandModule, UsageError } from "../command.js";
import { readConfig } from "../run/config-file.js";

const HELP = `
Examples:
  schema-gate inspect                          clusters, outliers, sizes, versions, invalid indexes
  schema-gate inspect --declared golden.json   and each cluster's drift from a declared catalog
  schema-gate inspect --fresh --json           read every catalog anew; for a job

Exit code 1 when tenants diverge or drift, or one could not be read.`;

/** The fleet as it is: nothing is changed. */
export const inspect: CommandModule = {
  describe(command: Command): void {
    command
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--fresh", "read every catalog, also of tenants that did not change since the last time")
      .option("--declared <catalog>", "a URL or saved catalog that says what should be")
      .addOption(new Option("--format <format>", "what to write").choices(["text", "json"]).default("text"))
      .option("--json", "the same as --format json")
      .addHelpText("after", HELP);
  },

  async run(io, _args, options) {
    const { config, directory } = readConfig(io.cwd, String(options.config));
    const declared = typeof options.declared === "string" ? await loadCatalog(io, options.declared, null) : null;
    const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
    const ports = {
      database: pgDatabase({ tenant: (tenant) => fleet.entry(tenant.id), staging: null }),
      memory: artifactsFolder(workspaceIn(directory).root),
    };
    const tenants = await fleet.tenants().catch((error: unknown) => {
      throw error instanceof RegistryError ? new UsageError(error.message) : error;
    });
    const reading = await readFleet(ports, tenants, {
      connectionsPerHost: config.connectionsPerHost,
      statementTimeout: milliseconds(config.timeouts.read),
      fresh: options.fresh === true,
    });
    const today = new Date().toISOString().slice(0, 10);
    const overview = fleetOverview(reading, declared, config.drift.allow, today);
    const json = options.json === true || options.format === "json";
    io.stdout.write(json ? `${JSON.stringify(overview, null, 2)}\n` : fleetText(io, overview));
    return overview.clusters.length > 1 || overview.findings.some(isTold) || blocks(overview.findings) ? 1 : 0;
  },
};

/** Drift is a difference that was found, whatever its weight. */
function isTold({ gate }: { readonly gate: string }): boolean {
  return gate === "diverge";
}
