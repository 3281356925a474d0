import { resolve } from "node:path";
import { Fleet } from "../../adapters/local/fleet.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { readConfig } from "../../api/read-config.js";
import { UsageError } from "../../api/usage-error.js";
import { milliseconds } from "../../core/config/config.js";
import { exemptions } from "../../core/rollout/exemptions.js";
import type { Selection } from "../../core/rollout/selection.js";
import { fleetLedgers } from "../../steps/catalog/fleet-ledgers.js";
import { selectedTenants } from "../catalog/fleet-tenants.js";
import { releaseOfConfig } from "../catalog/release-of-config.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { ledgerLines } from "./ledger-lines.js";
import { waitingLines, waitingSteps } from "./waiting-steps.js";

/** Which tenants lack which migrations, from their ledgers. 0 if none lacks any. */
export async function printFleetStatus(
  io: Io,
  options: { readonly config: string; readonly selection: Selection; readonly json: boolean },
): Promise<ExitCode> {
  const { config, directory } = readConfig(io.cwd, options.config);
  if (config.migrator !== undefined)
    throw new UsageError("a team's own migrator keeps no ledger that shows what is pending", "schema-gate check");
  const fleet = new Fleet(config, localSecrets(io.env, directory), directory);
  const { tenants } = await selectedTenants(fleet, options.selection);
  const database = pgDatabase({ tenant: (tenant) => fleet.entry(tenant.id), staging: null });
  const release = await releaseOfConfig(database, config, directory, tenants);
  if (typeof release === "string") throw new UsageError(release, "correct `migrations` in the config");
  const ledgers = await fleetLedgers(database, tenants, release, {
    connectionsPerHost: config.connectionsPerHost,
    statementTimeout: milliseconds(config.timeouts.read),
  });
  const waiting = await waitingSteps(resolve(directory, config.migrations), release, ledgers);
  const today = new Date(systemClock.now()).toISOString().slice(0, 10);
  const { exempt } = exemptions(config.exempt, new Set(tenants.map(({ id }) => id)), today);
  const exemptOf = new Map(exempt.map((each) => [each.tenant, each]));
  const output = { release: release.name, tenants: ledgers, contracts: waiting };
  if (options.json) io.stdout.write(`${JSON.stringify(output, null, 2)}\n`);
  else
    for (const line of [...ledgerLines(release.name, ledgers, exemptOf), ...waitingLines(waiting)])
      io.stdout.write(`${printable(line)}\n`);
  return ledgers.every(({ pending, reason }) => pending?.length === 0 && reason === null) ? 0 : 1;
}
