import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { readReleaseFolder } from "../../adapters/local/release-folder.js";
import { type Config, milliseconds } from "../../core/config/config.js";
import { type PlanStep, planStepOf } from "../../core/migration/plan-step.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import type { Database } from "../../ports/database.js";
import type { Tenant } from "../../ports/registry.js";
import { fleetLedgers, type LedgerState } from "../../steps/catalog/fleet-ledgers.js";
import { releaseOfConfig } from "../catalog/release-of-config.js";

/** Where contract steps of `schema-gate rewrite` wait: no framework looks there. */
export function laterFolder(folder: string): string {
  return join(dirname(folder), `${basename(folder)}-contract`);
}

/** A contract step that waits for a later release. */
export interface WaitingStep {
  /** Within the folder of such steps. */
  readonly file: string;
  readonly plan: string;
  readonly condition: string;
  /** Every tenant has the steps before it, so only the condition is left. */
  readonly due: boolean;
}

/** The contract steps next to a folder of migrations; none if there is no such folder. */
export async function waitingSteps(
  folder: string,
  release: Release,
  ledgers: readonly LedgerState[],
): Promise<readonly WaitingStep[]> {
  const files = await readReleaseFolder(laterFolder(folder), []).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return files.flatMap(({ path, bytes }) => {
    const step = path.endsWith(".sql") ? planStepOf({ text: Buffer.from(bytes).toString("utf8") }) : null;
    if (step?.condition == null) return [];
    return [{ file: path, plan: step.plan, condition: step.condition, due: isDue(step, release, ledgers) }];
  });
}

/** The same for the tenants of a config, whose ledgers are read only if such a step is waiting. */
export async function waitingInFleet(
  database: Database,
  config: Config,
  directory: string,
  tenants: readonly Tenant[],
): Promise<readonly WaitingStep[]> {
  const folder = resolve(directory, config.migrations);
  if (config.migrator !== undefined || !existsSync(laterFolder(folder))) return [];
  const release = await releaseOfConfig(database, config, directory, tenants);
  if (typeof release === "string") return [];
  const ledgers = await fleetLedgers(database, tenants, release, {
    connectionsPerHost: config.connectionsPerHost,
    statementTimeout: milliseconds(config.timeouts.read),
  });
  return waitingSteps(folder, release, ledgers);
}

function isDue({ plan, number }: PlanStep, release: Release, ledgers: readonly LedgerState[]): boolean {
  const earlier = release.migrations.filter(({ up }) => {
    const step = planStepOf(up);
    return step?.plan === plan && step.number < number;
  });
  const has = ({ pending, reason }: LedgerState, version: string) =>
    reason === null && pending?.includes(version) === false;
  return ledgers.every((ledger) => earlier.every(({ version }) => has(ledger, version)));
}

/** The steps for a terminal; empty if none is waiting. */
export function waitingLines(waiting: readonly WaitingStep[]): readonly string[] {
  if (waiting.length === 0) return [];
  return [
    `${plural(waiting.length, "contract step")} of schema-gate rewrite:`,
    ...waiting.map(
      ({ file, plan, condition, due }) =>
        `  ${file} of ${plan}: ${due ? `due once ${condition}` : "waits for tenants that lack a step before it"}`,
    ),
  ];
}
