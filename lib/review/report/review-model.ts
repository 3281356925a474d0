import type { Evidence } from "../../core/evidence/evidence.js";
import type { ClusterView, ReviewModel } from "../model.js";

/** What the page shows, from a run's evidence. A run that never got that far has no score; that counts as the highest risk. */
export function reviewModel(evidence: Evidence): ReviewModel {
  const { run, release, score, approval } = evidence;
  return {
    run: run.id,
    release: release ?? { name: "no release was read", migrations: [] },
    requester: run.requester,
    digest: approval?.digest ?? "",
    score: score ?? { fleet: 1, verdict: "blocked", factors: [] },
    thresholds: score?.thresholds ?? { ask: 0, quorum: 0, block: 0 },
    tenants: evidence.tenants.length,
    exempt: evidence.exempt ?? [],
    notSelected: evidence.notSelected ?? [],
    hosts: new Set(evidence.tenants.map((tenant) => tenant.host)).size,
    clusters: clusterViews(evidence),
    statements: evidence.statements,
    rollbacks: evidence.rollbacks,
    rewrites: evidence.rewrites ?? [],
    probes: evidence.probes,
    rehearsals: evidence.rehearsals ?? [],
    queries: evidence.queries ?? [],
    findings: evidence.findings,
    dryRun: evidence.dryRun,
    approval,
    rollout: evidence.rollout,
    plan: null,
    backfills: null,
    hold: null,
    outcome: null,
  };
}

function clusterViews(evidence: Evidence): readonly ClusterView[] {
  const members = new Map<string, { readonly ids: string[]; risk: number }>();
  for (const tenant of evidence.tenants) {
    if (tenant.cluster === null) continue;
    const known = members.get(tenant.cluster) ?? { ids: [], risk: 0 };
    known.ids.push(tenant.id);
    // A tenant without a score was not judged: unknown counts as the worst.
    known.risk = Math.max(known.risk, tenant.score ?? 1);
    members.set(tenant.cluster, known);
  }
  return evidence.clusters.map(({ id, fingerprint, majority, proof, differences }) => {
    const { ids, risk } = members.get(id) ?? { ids: [], risk: 1 };
    return { id, fingerprint, majority, proof, differences, tenants: ids, risk };
  });
}
