import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { UsageError } from "../../api/usage-error.js";
import { approverProblem } from "../../core/approval/decide.js";
import { plural } from "../../core/plural.js";
import { isEverybody, type Selection, SelectionError, select } from "../../core/rollout/selection.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { beginRollback, notTakenBack } from "../../steps/rollout/begin-rollback.js";
import { rollbackOutlook, type WaveOutlook } from "../../steps/rollout/outlook.js";
import { artifact } from "../../steps/run/records.js";
import { type ExitCode, UnfinishedError } from "../command.js";
import type { Io } from "../io.js";
import { execute } from "./execute.js";
import { type FoundRun, findRun } from "./find-run.js";
import { finish } from "./finish.js";
import { isSealed } from "./is-sealed.js";
import { printOutlook } from "./print-outlook.js";

export interface RollBackOptions {
  /** Of the tenants that have the release. */
  readonly selection: Selection;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Takes the release of a run out of its tenants, with the way back that was proved, when a person who may approve says so. */
export async function rollBackRun(io: Io, run: string | undefined, options: RollBackOptions): Promise<ExitCode> {
  const found = await findRun(io, run);
  const { workspace, request } = found;
  if (request.command === "demo")
    throw new UsageError("the demo's server has ended with the demo; there is nothing to take back");
  const waves = await targets(found, options.selection);
  if (options.dryRun) {
    printOutlook(io, request.run, waves, options.json);
    return 0;
  }
  const tenants = waves.flatMap((wave) => wave.tenants.map(({ tenant }) => tenant));
  const name = await decidedBy(io, found, tenants.length, options.yes);
  if (name === null) return 1;
  const executed = await execute({
    io,
    workspace,
    request,
    configDirectory: dirname(workspace.root),
    resumed: false,
    approver: { wait: async () => false },
    enter: async (ports) => ({
      state: "RollBackHosts",
      input: { breaker: { hosts: await claimed(ports, name, tenants) } },
    }),
  });
  const code = await finish(io, executed, options.json);
  const left = await notTakenBack(executed.ports, tenants);
  if (left.length === 0) return 0;
  io.stderr.write(
    `Not taken back: ${plural(left.length, "tenant")}. Go on with: schema-gate rollback ${request.run}\n`,
  );
  return code === 0 ? 3 : code;
}

async function claimed(ports: Ports, name: string, tenants: readonly string[]) {
  try {
    return await beginRollback(ports, name, tenants);
  } catch (error) {
    throw new UnfinishedError((error as Error).message, "schema-gate status");
  }
}

async function targets({ artifacts, request }: FoundRun, selection: Selection): Promise<readonly WaveOutlook[]> {
  const only = await chosen({ artifacts, request }, selection);
  const waves = await rollbackOutlook({ run: request.run, artifacts }, only);
  const having = new Set(waves.flatMap((wave) => wave.tenants.map(({ tenant }) => tenant)));
  const without = selection.tenants.filter((id) => !having.has(id));
  if (without.length > 0)
    throw new UsageError(
      `the run ${request.run} has migrated no tenant ${without.join(", ")}`,
      `schema-gate rollback ${request.run} --dry-run   (lists those that can be taken back)`,
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

/** Ids of the tenants of the run that are selected; null for all. Throws `UsageError`. */
async function chosen(
  { artifacts, request }: Pick<FoundRun, "artifacts" | "request">,
  selection: Selection,
): Promise<readonly string[] | null> {
  if (isEverybody(selection)) return null;
  const fleet = (await artifacts.get<readonly Tenant[]>(artifact.fleet)) ?? [];
  try {
    return select(fleet, selection).map(({ id }) => id);
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    throw new UsageError(error.message, `schema-gate rollback ${request.run} --dry-run`);
  }
}

/** The person at this terminal; null when they may not or do not want to. */
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
