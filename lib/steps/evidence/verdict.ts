import type { ApprovalEvidence, RolloutEvidence } from "../../core/evidence/decision-evidence.js";
import type { Evidence } from "../../core/evidence/evidence.js";
import type { Finding } from "../../core/finding.js";
import { plural } from "../../core/plural.js";
import { blockedBy } from "../../core/report/blocked-by.js";
import type { RunRequest, ScoreRecord } from "../run/records.js";
import { type LeftOutSources, leftOutText, passedReason } from "./left-out.js";

export interface VerdictSources {
  readonly request: RunRequest;
  readonly findings: readonly Finding[];
  readonly score: ScoreRecord | null;
  readonly approval: ApprovalEvidence | null;
  readonly rollout: RolloutEvidence | null;
  /** Tenants that lack something of the release. */
  readonly pending: number;
  /** All tenants of the run. */
  readonly tenants: number;
  /** Who was left out, and why. */
  readonly run: LeftOutSources;
}

type Verdict = Evidence["verdict"];

/** How the run ended. `passed` requires that everything that had to happen is known to have happened. */
export function verdictOf(sources: VerdictSources): Verdict {
  const { request, findings, score, approval, rollout, pending, run } = sources;
  const failure = findings.find(({ code }) => code === "run.failed" || code === "approval.tampered");
  if (failure) return { status: "failed", reason: failure.message };
  if (score === null) return { status: "failed", reason: "The run ended before it had a score." };
  const gate = findings.filter(
    (finding) => finding.severity === "error" && finding.gate !== "rollout" && finding.gate !== "approve",
  );
  if (score.verdict === "blocked")
    return { status: "blocked", reason: blockedBy(gate, sources.tenants) ?? "A gate refused the release." };
  if (request.mode === "check")
    return { status: "passed", reason: `Every gate passed; nothing was asked and nothing changed.${leftOutText(run)}` };
  if (approval?.status === "rejected") return { status: "rejected", reason: approval.reason };
  if (approval?.status === "void") return { status: "blocked", reason: `The approval is void: ${approval.reason}.` };
  if (approval !== null && approval.status !== "approved")
    return { status: "expired", reason: "Nobody decided in time." };
  if (approval === null && score.verdict !== "pass")
    return { status: "failed", reason: "The approval was never asked for." };
  if (pending === 0) return { status: "passed", reason: `Every tenant has the release already.${leftOutText(run)}` };
  if (rollout === null) return { status: "failed", reason: "The rollout never began." };
  const busy = findings.find((finding) => finding.code === "rollout.busy");
  if (busy) return { status: "failed", reason: busy.message };
  const over = findings.find((finding) => finding.code === "rollout.window-over");
  if (over) return { status: "halted", reason: over.message };
  // A breaker may tolerate failures, but a pass never includes a tenant without the release.
  const without = rollout.waves.reduce((sum, wave) => sum + wave.planned - wave.done - (wave.gone ?? 0), 0);
  if (rollout.status === "done" && without > 0) {
    return {
      status: "halted",
      reason: `${plural(without, "tenant of the rollout does", "tenants of the rollout do")} not have the release.`,
    };
  }
  if (rollout.status === "done") return { status: "passed", reason: passedReason(run) };
  if (rollout.status === "halted") return { status: "halted", reason: rollout.reason ?? "The rollout was halted." };
  if (rollout.status === "rolled back")
    return { status: "rolled back", reason: rollout.reason ?? "The rollout was taken back." };
  return { status: "failed", reason: rollout.reason ?? "The rollout did not reach its end." };
}
