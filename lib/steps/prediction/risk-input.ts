import { type Activity, trafficBetween } from "../../core/catalog/activity.js";
import { milliseconds } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import type { ClusterRisk, RiskInput, TenantRisk } from "../../core/risk/input.js";
import { WEIGHTS } from "../../core/risk/weights.js";
import { pendingOf } from "../catalog/pending.js";
import type { RunArtifacts } from "../evidence/gather.js";
import type { ClusterRecord, ProofRecord, TenantProbes } from "../run/records.js";
import { appliedFiles } from "../run/settled-history.js";
import { tenantPrediction } from "./tenant-prediction.js";

/** All that the score depends on, from what the gates wrote. */
export function riskInput(run: RunArtifacts, findings: readonly Finding[], now: number): RiskInput {
  const pending = new Set(run.clusters.flatMap((cluster) => cluster.pending));
  const applied = run.release && run.clusters.length > 0 ? appliedFiles(run.release, pending) : new Set<string>();
  const pieces = (run.release?.coverage.pieces ?? []).filter(({ source }) => !applied.has(source.file));
  const statements = run.release ? pendingOf(run.release, run.clusters).flatMap((one) => one.up.statements) : [];
  const ended = [...run.proofs.values()].map((proof) => Date.parse(proof.endedAt));
  return {
    findings,
    statements: statements.length,
    opaque: pieces.filter((piece) => piece.status === "opaque").length,
    accepted: pieces.filter((piece) => piece.status === "ignored").length,
    dryRunAgeMs: ended.length === 0 ? null : Math.max(0, now - Math.min(...ended)),
    lockTimeoutMs: milliseconds(run.request.config.rollout.lockTimeout),
    clusters: run.clusters.map((cluster) => clusterRisk(cluster, run.proofs.get(cluster.id))),
    tenants: tenantRisks(run),
  };
}

function clusterRisk(cluster: ClusterRecord, record: ProofRecord | undefined): ClusterRisk {
  const differences = cluster.drift?.differences.length ?? 0;
  if (!record) {
    const drift = { healed: 0, remaining: differences, breaking: 0 };
    // Nothing is executed there, so there is nothing to prove.
    if (cluster.pending.length === 0)
      return { id: cluster.id, proved: true, locks: [], rewrites: [], rollback: "exact", drift };
    return { id: cluster.id, proved: false, locks: [], rewrites: [], rollback: "unproved", drift };
  }
  const proved = record.after !== null;
  const remaining = Math.min(differences, record.remaining.length);
  const breaking = proved ? 0 : (cluster.drift?.differences ?? []).filter((one) => one.releaseDepends).length;
  return {
    id: cluster.id,
    proved,
    locks: record.locks,
    rewrites: record.rewrites,
    rollback: record.result,
    drift: { healed: proved ? differences - remaining : 0, remaining, breaking },
  };
}

function tenantRisks(run: RunArtifacts): readonly TenantRisk[] {
  const clusterOf = new Map(run.clusters.flatMap((cluster) => cluster.tenants.map((id) => [id, cluster] as const)));
  const probes = new Map(run.probes.map((one) => [one.tenant, one]));
  return run.fleet.map(({ id }) => {
    const answers = probes.get(id);
    const statistics = run.readings.get(id)?.statistics;
    const cluster = clusterOf.get(id);
    const record = cluster && run.proofs.get(cluster.id);
    return {
      id,
      cluster: cluster?.id ?? "",
      ...(cluster && record ? tenantPrediction(run, cluster, record, id) : {}),
      traffic: traffic(statistics?.activity, answers?.activity),
      longestTransactionMs: statistics && statistics.activeConnections > 0 ? Number.POSITIVE_INFINITY : 0,
      ...hits(answers),
    };
  });
}

/** A few seconds may fall into a quiet hour: what they show can raise the assumed traffic, but never lower it. */
function traffic(earlier: Activity | undefined, later: Activity | undefined): number | null {
  const measured = trafficBetween(earlier, later);
  return measured === null ? null : Math.max(WEIGHTS.assumedTraffic, measured);
}

function hits(answers: TenantProbes | undefined): { probeHits: number; probesUnknown: number } {
  if (!answers) return { probeHits: 0, probesUnknown: 1 };
  const results = answers.probes.map((answer) => answer.result);
  const unknown = results.filter((result) => result.status === "unknown").length;
  return {
    probeHits: results.reduce((sum, result) => sum + (result.status === "hit" ? result.count : 0), 0),
    probesUnknown: answers.status === "unknown" ? Math.max(1, unknown) : 0,
  };
}
