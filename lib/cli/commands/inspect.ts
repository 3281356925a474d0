import { type Command, Option } from "commander";
import { Fleet } from "../../adapters/local/fleet.js";
import { memoryOf } from "../../adapters/local/open-run.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { workspaceIn } from "../../adapters/local/workspace.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { stagingServer } from "../../adapters/registry/pinned.js";
import { readConfig } from "../../api/read-config.js";
import type { Catalog } from "../../core/catalog/catalog.js";
import { allowedExtensions } from "../../core/config/allowed-extensions.js";
import { milliseconds } from "../../core/config/config.js";
import { blocks } from "../../core/finding.js";
import { type FleetReading, readFleet } from "../../steps/catalog/read-fleet.js";
import { declaredSchemas } from "../catalog/declared-schemas.js";
import { fleetOverview } from "../catalog/fleet-overview.js";
import { selectedTenants } from "../catalog/fleet-tenants.js";
import { fleetText } from "../catalog/fleet-text.js";
import { loadCatalog } from "../catalog/load-catalog.js";
import type { CommandModule } from "../command.js";
import { describeSelection, selectionOf } from "../run/selection-options.js";
import { waitingInFleet, waitingLines } from "../run/waiting-steps.js";
import { printable } from "../terminal/printable.js";

const HELP = `
Examples:
  schema-gate inspect                          clusters, outliers, sizes, versions, invalid indexes, contract steps that wait
  schema-gate inspect --tenant acme            one tenant; also --group eu, --exclude acme
  schema-gate inspect --declared golden.json   drift from a saved catalog instead of from the migrations' own schema
  schema-gate inspect --no-declared            clusters against the majority; no scratch database is made
  schema-gate inspect --fresh --json           read every catalog again; for a job

Exit code 1 when tenants diverge or drift, or one could not be read.`;

/** The fleet as it is: nothing is changed. */
export const inspect: CommandModule = {
  describe(command: Command): void {
    describeSelection(command)
      .option("-c, --config <file>", "the config", "schema-gate.yaml")
      .option("--fresh", "read every catalog, even of tenants that have not changed since the last time")
      .option("--declared <catalog>", "a URL or saved catalog that says what should be; default: the migrations")
      .option("--no-declared", "compare with the majority of the tenants alone")
      .addOption(new Option("--format <format>", "what to write").choices(["text", "json"]).default("text"))
      .option("--json", "the same as --format json")
      .addHelpText("after", HELP);
  },

  async run(io, _args, options) {
    const { config, directory } = readConfig(io.cwd, String(options.config));
    const given = typeof options.declared === "string" ? await loadCatalog(io, options.declared, null) : null;
    const secrets = localSecrets(io.env, directory);
    const fleet = new Fleet(config, secrets, directory);
    const staging = await stagingServer(config, secrets);
    const ports = {
      database: pgDatabase({
        tenant: (tenant) => fleet.entry(tenant.id),
        uncontained: config.staging.uncontained !== undefined,
        extensions: allowedExtensions(config),
        staging: staging === null ? null : async () => staging,
      }),
      memory: memoryOf(workspaceIn(directory, io.env, config.runs.group)),
    };
    const { tenants } = await selectedTenants(fleet, selectionOf(options));
    const reading = await readFleet(ports, tenants, {
      connectionsPerHost: config.connectionsPerHost,
      statementTimeout: milliseconds(config.timeouts.read),
      fresh: options.fresh === true,
    });
    const today = new Date().toISOString().slice(0, 10);
    const declared =
      given || options.declared === false
        ? { catalogs: sameForAll(reading, given), findings: [] }
        : await declaredSchemas(ports.database, config, directory, reading);
    const told = { ...reading, findings: [...reading.findings, ...declared.findings] };
    const overview = fleetOverview(told, declared.catalogs, config.drift.allow, today);
    const json = options.json === true || options.format === "json";
    const contracts = await waitingInFleet(ports.database, config, directory, tenants);
    const text = () =>
      `${fleetText(io, overview)}${waitingLines(contracts)
        .map((line) => `${printable(line)}\n`)
        .join("")}`;
    io.stdout.write(json ? `${JSON.stringify({ ...overview, contracts }, null, 2)}\n` : text());
    return overview.clusters.length > 1 || overview.findings.some(isTold) || blocks(overview.findings) ? 1 : 0;
  },
};

function sameForAll({ catalogs }: FleetReading, given: Catalog | null): ReadonlyMap<string, Catalog> {
  return new Map(given ? [...catalogs.keys()].map((fingerprint) => [fingerprint, given]) : []);
}

/** Drift is a difference that was found, whatever its severity. */
function isTold({ gate }: { readonly gate: string }): boolean {
  return gate === "diverge";
}
