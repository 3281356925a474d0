import { approvalsOf } from "../../adapters/local/open-run.js";
import { systemClock } from "../../adapters/local/system-clock.js";
import type { Workspace } from "../../adapters/local/workspace.js";
import { approvalState } from "../../core/approval/decide.js";
import type { Release } from "../../core/migration/release.js";
import { shellWord } from "../../core/render/shell-word.js";
import type { Tenant } from "../../ports/registry.js";
import { backfillsSoFar } from "../../steps/rollout/backfills-so-far.js";
import { expectedTime } from "../../steps/rollout/expected-time.js";
import { heldNow } from "../../steps/rollout/hold.js";
import { migratedSoFar } from "../../steps/rollout/migrated-so-far.js";
import { artifact } from "../../steps/run/records.js";
import type { Outcome } from "../../steps/states/report.js";
import type { RunStatus } from "../json/run.js";
import type { FoundRun } from "./find-run.js";
import { lockHolder } from "./run-lock.js";

/** How one run is doing, only from its folder. */
export async function statusOf({ workspace, artifacts, request }: FoundRun): Promise<RunStatus> {
  const { run } = request;
  const release = await artifacts.get<Release>(artifact.release);
  const tenants = (await artifacts.get<readonly Tenant[]>(artifact.fleet))?.length ?? 0;
  const migrated = await migratedSoFar({ artifacts });
  const outcome = await artifacts.get<Outcome>(artifact.outcome);
  const backfills = [...(await backfillsSoFar({ artifacts }))];
  const common = { run, release: release?.name ?? null, tenants, migrated, held: null, leftMs: null, backfills };
  if (outcome?.status === "halted") return { ...common, state: "halted", next: `schema-gate resume ${run}` };
  if (outcome && outcome.status !== "failed") return { ...common, state: outcome.status, next: null };
  const record = await (await approvalsOf(workspace)).read(run);
  const approval = record ? approvalState(record.request, record.entries, systemClock.now()).status : null;
  if (approval === "pending")
    return { ...common, state: "waiting for an approval", next: `schema-gate approve ${run}` };
  const left = (await expectedTime({ run, artifacts }))?.ms ?? null;
  const leftMs = left === null ? null : Math.round(left);
  const hold = await heldNow({ run, artifacts, clock: systemClock }, request);
  if (hold !== null) return { ...common, leftMs, state: "held", held: hold.text, next: `schema-gate resume ${run}` };
  if (isWorkedOn(workspace, run))
    return { ...common, leftMs, state: "running", next: `schema-gate status ${run} --watch` };
  return { ...common, leftMs, state: outcome ? "failed" : "unfinished", next: `schema-gate resume ${run}` };
}

/** A run whose folder or approval cannot be read or believed. */
export function unreadable(run: string): RunStatus {
  const nothing = { release: null, tenants: 0, migrated: 0, held: null, leftMs: null, backfills: [] };
  return { run, ...nothing, state: "unreadable", next: `schema-gate status ${shellWord(run)}` };
}

/** A lock that cannot be read is said to whoever needs it. */
function isWorkedOn(workspace: Workspace, run: string): boolean {
  try {
    return lockHolder(workspace, run) !== null;
  } catch {
    return false;
  }
}
