import type { ExecutionState } from "../../adapters/aws/describe-execution.js";
import type { Release } from "../../core/migration/release.js";
import type { Tenant } from "../../ports/registry.js";
import { migratedSoFar } from "../../steps/rollout/migrated-so-far.js";
import type { TakenOrder } from "../../steps/run/accepted-input.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { ExitCode } from "../command.js";
import type { Io } from "../io.js";
import type { RunStatus } from "../json/run.js";
import { phaseOf } from "../run/phase-of.js";
import { printStatuses } from "../run/print-statuses.js";
import { followRun } from "./follow-run.js";
import { findOnStack, onStack, runsOfStack, type Stack, type StackRun } from "./on-stack.js";

const MOST_RUNS = 10;

/** How the stack's runs are doing. */
export function statusOnAws(io: Io, name: string | undefined, json: boolean): Promise<ExitCode> {
  return onStack(io, async (stack) => {
    const names = name === undefined ? (await runsOfStack(stack.store)).slice(0, MOST_RUNS) : [name];
    const statuses: RunStatus[] = [];
    for (const one of names) statuses.push(await statusOf(stack, await findOnStack(stack, one)));
    printStatuses(io, statuses, { json, none: "The stack has no runs yet. Start one with: schema-gate run --aws" });
    return 0;
  });
}

/** Follows the execution that works on a run, to its end. */
export function watchOnAws(io: Io, name: string | undefined, json: boolean): Promise<ExitCode> {
  return onStack(io, async (stack) => {
    const { run, artifacts, execution } = await findOnStack(stack, name);
    const order = await artifacts.get<TakenOrder>(artifact.order);
    const kind = order?.execution === execution ? { order: order.kind } : {};
    return followRun(io, { run, execution, wait: true, json, ...kind });
  });
}

async function statusOf({ aws, settings }: Stack, found: StackRun): Promise<RunStatus> {
  const { run, artifacts, execution } = found;
  const [release, fleet, migrated, outcome, state] = await Promise.all([
    artifacts.get<Release>(artifact.release),
    artifacts.get<readonly Tenant[]>(artifact.fleet),
    migratedSoFar({ artifacts }),
    artifacts.get<Outcome>(artifact.outcome),
    aws.executionWatcher(execution, settings)(),
  ]);
  const common = { run, release: release?.name ?? null, tenants: fleet?.length ?? 0, migrated };
  const nothing = { held: null, leftMs: null, backfills: [] };
  return { ...common, ...nothing, ...(await stateNow(found, state, outcome)) };
}

async function stateNow(
  { run, artifacts, execution }: StackRun,
  { status }: ExecutionState,
  outcome: Outcome | null,
): Promise<Pick<RunStatus, "state" | "next">> {
  if (status === "RUNNING" || status === "PENDING_REDRIVE") {
    const order = await artifacts.get<TakenOrder>(artifact.order);
    const ordered = order?.execution === execution ? order : null;
    const asked = ordered === null ? (await phaseOf(artifacts)).title === "Approval" : !ordered.begun;
    return asked
      ? { state: "waiting for an approval", next: `schema-gate approve ${run} --aws` }
      : { state: "unfinished", next: null };
  }
  const goesOn = outcome === null || outcome.status === "halted" || outcome.status === "failed";
  return { state: outcome?.status ?? "unfinished", next: goesOn ? `schema-gate resume ${run} --aws` : null };
}
