import type { Finding, Severity } from "../../../lib/core/finding.js";
import type { ClusterRisk, RiskInput, TenantRisk } from "../../../lib/core/risk/input.js";

export function finding(severity: Severity, change: Partial<Finding> = {}): Finding {
  return {
    code: "SG001",
    gate: "lint",
    severity,
    subject: { kind: "table", name: "app.users" },
    message: "A message.",
    ...change,
  };
}

export function cluster(id: string, change: Partial<ClusterRisk> = {}): ClusterRisk {
  return {
    id,
    proved: true,
    locks: [
      { table: "app.users", mode: "AccessExclusiveLock", holdMs: 14 },
      { table: "app.teams", mode: "ShareLock", holdMs: 12 },
      { table: "app.usage_records", mode: "ShareRowExclusiveLock", holdMs: 6 },
    ],
    rewrites: [],
    rollback: "exact",
    drift: { healed: 0, remaining: 0, breaking: 0 },
    ...change,
  };
}

export function tenant(id: string, cluster: string, change: Partial<TenantRisk> = {}): TenantRisk {
  return { id, cluster, traffic: 5, longestTransactionMs: 0, probeHits: 0, probesUnknown: 0, ...change };
}

/** 247 tenants, two of them lack what the release brings; everything proved; three lint warnings. */
export function cleanRelease(change: Partial<RiskInput> = {}): RiskInput {
  const majority = Array.from({ length: 245 }, (_, index) => tenant(`t${index}`, "majority"));
  return {
    findings: [finding("warning"), finding("warning"), finding("warning"), finding("note")],
    statements: 5,
    opaque: 0,
    accepted: 0,
    dryRunAgeMs: 12_000,
    lockTimeoutMs: 2_000,
    clusters: [
      cluster("majority"),
      cluster("lacks an index", { drift: { healed: 3, remaining: 0, breaking: 0 } }),
      cluster("nullable column", { drift: { healed: 1, remaining: 0, breaking: 0 } }),
    ],
    tenants: [...majority, tenant("042-prod", "lacks an index"), tenant("159-legacy", "nullable column")],
    ...change,
  };
}

/** One database of a product with traffic, and a release that nothing else speaks against. */
export function oneDatabase(change: {
  readonly input?: Partial<RiskInput>;
  readonly cluster?: Partial<ClusterRisk>;
  readonly tenant?: Partial<TenantRisk>;
}): RiskInput {
  return cleanRelease({
    findings: [],
    statements: 1,
    clusters: [cluster("only", { locks: [], ...change.cluster })],
    tenants: [tenant("production", "only", change.tenant)],
    ...change.input,
  });
}
