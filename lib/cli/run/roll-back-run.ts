import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { Fleet } from "../../adapters/local/fleet.js";
import { localSecrets } from "../../adapters/local/secrets.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import { pgDatabase } from "../../adapters/pg/database.js";
import { UsageError } from "../../api/usage-error.js";
import { approverProblem } from "../../core/approval/decide.js";
import { plural } from "../../core/plural.js";
import type { Selection } from "../../core/rollout/selection.js";
import { sizeText } from "../../core/size.js";
import type { Ports } from "../../ports/ports.js";
import { beginRollback, notTakenBack } from "../../steps/rollout/begin-rollback.js";
import { rollbackOutlook, type WaveOutlook } from "../../steps/rollout/outlook.js";
import { isCounted, isStopped, type SinceInTenant, weighRollback } from "../../steps/rollout/weigh-rollback.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { printable } from "../terminal/printable.js";
import { chosenTenants } from "./chosen-tenants.js";
import { execute } from "./execute.js";
import { type FoundRun, findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { isSealed } from "./is-sealed.js";
import { printOutlook, stoppedText } from "./print-outlook.js";

export interface RollBackOptions {
  /** Of the tenants that have the release. */
  readonly selection: Selection;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Takes the release of a run out of its tenants, by the proved way back, when a person who may approve says so. */
export async function rollBackRun(io: Io, run: string | undefined, options: RollBackOptions): Promise<ExitCode> {
  const found = await findRun(io, run);
  const { workspace, request } = found;
  if (request.command === "demo")
    throw new UsageError("the demo's server has ended with the demo; there is nothing to take back");
  const waves = await targets(found, options.selection);
  const tenants = waves.flatMap((wave) => wave.tenants.map(({ tenant }) => tenant));
  const weights = await weigh(io, found, tenants);
  if (options.dryRun) {
    printOutlook(io, request.run, withWeights(waves, weights), options.json);
    return worstOf(weights);
  }
  sayUncounted(io, weights);
  if (worstOf(weights) === 1) return sayStopped(io, request.run, weights);
  const name = await decidedBy(io, found, tenants.length, options.yes);
  if (name === null) return 1;
  const executed = await execute({
    io,
    workspace,
    request,
    configDirectory: dirname(workspace.root),
    resumed: false,
    approver: { show: async () => {}, wait: async () => false, end: async () => {} },
    enter: async (ports) => ({
      state: "RollBackHosts",
      input: { breaker: await claimed(ports, name, tenants) },
    }),
  });
  const code = await finish(io, executed, options.json);
  const left = await notTakenBack(executed.ports, tenants);
  if (left.length === 0) return 0;
  io.stderr.write(
    `Not taken back: ${plural(left.length, "tenant")}. Continue with: schema-gate rollback ${request.run}\n`,
  );
  return code === 0 ? 3 : code;
}

/** Before the first tenant is touched, so that the limit does not stop a rollback halfway through the fleet. */
function weigh(io: Io, { workspace, artifacts, request }: FoundRun, tenants: readonly string[]) {
  const directory = dirname(workspace.root);
  const fleet = new Fleet(request.config, localSecrets(io.env, directory), directory);
  const database = pgDatabase({ tenant: (tenant) => fleet.wayTo(tenant), staging: null });
  return weighRollback({ run: request.run, artifacts, database, clock: systemClock }, tenants);
}

function worstOf(weights: readonly SinceInTenant[]): ExitCode {
  if (weights.some(isStopped)) return 1;
  return weights.every(isCounted) ? 0 : 3;
}

function withWeights(waves: readonly WaveOutlook[], weights: readonly SinceInTenant[]): readonly WaveOutlook[] {
  const byTenant = new Map(weights.map(({ tenant, ...putAside }) => [tenant, putAside]));
  return waves.map((wave) => ({
    ...wave,
    tenants: wave.tenants.map((each) => {
      const putAside = byTenant.get(each.tenant);
      return putAside ? { ...each, putAside } : each;
    }),
  }));
}

/** A tenant that cannot be read cannot be taken back either, and reports that when its turn comes; the others need not wait for it. */
function sayUncounted(io: Io, weights: readonly SinceInTenant[]): void {
  for (const { tenant, unknown, stoppedBy } of weights) {
    if (unknown !== null)
      io.stderr.write(
        `What would be put aside in ${printable(tenant)} could not be counted: ${printable(unknown)}. It is counted again when its turn comes.\n`,
      );
    for (const each of stoppedBy)
      if (each.rows === null)
        io.stderr.write(`${printable(tenant)}: ${stoppedText(each)}. If it does, this tenant keeps the release.\n`);
  }
}

function sayStopped(io: Io, run: string, weights: readonly SinceInTenant[]): ExitCode {
  for (const { tenant, tooLarge, stoppedBy } of weights) {
    if (tooLarge !== null)
      io.stderr.write(
        `${printable(tenant)}: to take back ${printable(tooLarge.version)}, ${sizeText(tooLarge.bytes)} would have to be put aside, above rollback.keepLimit of ${sizeText(tooLarge.limit)}.\n`,
      );
    for (const each of stoppedBy) io.stderr.write(`${printable(tenant)}: ${stoppedText(each)}.\n`);
  }
  const fit = weights.filter((weight) => !isStopped(weight)).length;
  const others = fit === 0 ? "" : `, or take back the ${plural(fit, "tenant")} without them by name`;
  io.stderr.write(
    `Nothing was taken back. Correct or move these rows first${others}: schema-gate rollback ${run}${fit === 0 ? "" : " --tenant ID"}\n`,
  );
  return 1;
}

async function claimed(ports: Ports, name: string, tenants: readonly string[]) {
  try {
    return await beginRollback(ports, name, tenants);
  } catch (error) {
    throw new UnfinishedError((error as Error).message, "schema-gate status");
  }
}

async function targets({ artifacts, request }: FoundRun, selection: Selection): Promise<readonly WaveOutlook[]> {
  const look = `schema-gate rollback ${request.run} --dry-run`;
  const only = await chosenTenants({ artifacts }, selection, look);
  const waves = await rollbackOutlook({ run: request.run, artifacts }, only);
  const having = new Set(waves.flatMap((wave) => wave.tenants.map(({ tenant }) => tenant)));
  const without = selection.tenants.filter((id) => !having.has(id));
  if (without.length > 0)
    throw new UsageError(
      `the run ${request.run} has migrated no tenant ${without.join(", ")}`,
      `${look}   (lists those that can be taken back)`,
    );
  if (having.size === 0)
    throw new UsageError(
      `no tenant${only === null ? "" : " of those selected"} has the release of the run ${request.run}`,
      (await isSealed(artifacts))
        ? `schema-gate status ${request.run}`
        : `schema-gate resume ${request.run}   (its trail is not sealed yet)`,
    );
  return waves;
}

/** The person at this terminal; null if they may not or do not want to. */
async function decidedBy(io: Io, { request }: FoundRun, count: number, yes: boolean): Promise<string | null> {
  const name = io.login;
  const { approvers } = request.config.approval;
  const problem = approverProblem({ requester: request.requester, startedBy: request.startedBy, approvers }, name);
  if (problem !== null) {
    io.stderr.write(`Not accepted: ${problem}.\n`);
    return null;
  }
  if (yes) return name;
  if (!io.interactive)
    throw new UsageError("a rollback is decided by a person, and there is no terminal to ask", "add --yes");
  const reader = createInterface({ input: io.stdin, output: io.stdout });
  try {
    const answer = await reader.question(
      `Take ${plural(count, "tenant")} back to before ${request.run}, as ${name}? [yes / no] `,
    );
    return /^(y|yes)$/i.test(answer.trim()) ? name : null;
  } finally {
    reader.close();
  }
}
