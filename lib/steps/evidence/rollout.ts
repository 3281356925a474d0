import { type ApprovalState, approvalState } from "../../core/approval/decide.js";
import type { ApprovalEvidence, RolloutEvidence } from "../../core/evidence/decision-evidence.js";
import type { ApprovalRecord } from "../../ports/approvals.js";
import type { RegistryChanges, TenantProgress, WavePlan, WaveResult } from "../run/records.js";
import { goneOf } from "./left-out.js";

export interface RolloutSources {
  readonly waves: readonly WavePlan[];
  readonly waveResults: ReadonlyMap<number, WaveResult>;
  readonly waveStarts: ReadonlyMap<number, string>;
  readonly progress: ReadonlyMap<string, TenantProgress>;
  readonly registry: RegistryChanges | null;
}

/** What was asked and answered. */
export function approvalEvidenceOf({ request, entries }: ApprovalRecord, now: number): ApprovalEvidence {
  const state: ApprovalState = approvalState(request, entries, now);
  return {
    digest: request.digest,
    requester: request.requester,
    approvers: request.approvers.map((person) => person.id),
    quorum: request.quorum,
    status: state.status,
    reason: state.reason,
    requestedAt: new Date(request.requestedAt).toISOString(),
    expiresAt: new Date(request.expiresAt).toISOString(),
    decisions: entries.flatMap((entry) =>
      entry.kind === "void"
        ? []
        : [
            {
              person: entry.person,
              verdict: entry.verdict,
              channel: entry.channel,
              at: new Date(entry.at).toISOString(),
              reason: entry.reason,
            },
          ],
    ),
  };
}

/** Every wave with what happened to its tenants so far. */
export function rolloutEvidenceOf(sources: RolloutSources): RolloutEvidence | null {
  const { waves, waveResults: results, waveStarts: started, progress, registry } = sources;
  if (waves.length === 0) return null;
  const gone = new Set(goneOf(registry, progress));
  const done = waves.every((wave) => results.get(wave.index)?.action === "continue");
  const stopped = [...results.values()].find((result) => result.action !== "continue") ?? null;
  return {
    status: statusOf(done, stopped, [...progress.values()]),
    reason: stopped?.reason ?? null,
    waves: waves.map((wave) =>
      waveEvidence(wave, results.get(wave.index), started.get(wave.index) ?? null, progress, gone),
    ),
  };
}

/** Taken back means that no tenant has it any more; where earlier waves keep the release, the rollout was halted. */
function statusOf(
  done: boolean,
  stopped: WaveResult | null,
  said: readonly TenantProgress[],
): RolloutEvidence["status"] {
  const taken = said.some((one) => one.status === "rolled back");
  const kept = said.some((one) => one.status === "migrated");
  const unknown = said.some((one) => one.status === "unknown");
  if (taken && !kept && !unknown) return "rolled back";
  if (done) return "done";
  if (!stopped) return "running";
  return stopped.action === "rollback" && unknown ? "failed" : "halted";
}

function waveEvidence(
  wave: WavePlan,
  result: WaveResult | undefined,
  startedAt: string | null,
  progress: ReadonlyMap<string, TenantProgress>,
  gone: ReadonlySet<string>,
): RolloutEvidence["waves"][number] {
  const left = wave.tenants.filter((id) => gone.has(id)).length;
  const said = wave.tenants.flatMap((id) => progress.get(id) ?? []);
  const running = startedAt !== null && !result;
  return {
    name: wave.name,
    status: result ? (result.action === "continue" ? "done" : "stopped") : running ? "running" : "waiting",
    planned: wave.tenants.length,
    done: said.filter((one) => one.status === "migrated").length,
    running: running ? Math.max(0, wave.tenants.length - left - said.length) : 0,
    ...(left > 0 ? { gone: left } : {}),
    failures: said
      .filter((one) => !gone.has(one.tenant))
      .filter((one) => one.status === "failed" || one.status === "unknown")
      .map((one) => ({ tenant: one.tenant, message: one.message ?? "no reason was recorded" })),
    startedAt,
    finishedAt: result?.finishedAt ?? null,
  };
}
