import type { Catalog } from "../../core/catalog/catalog.js";
import { compareCatalogs, type Difference } from "../../core/catalog/compare.js";
import { harmOf } from "../../core/catalog/repair/harm.js";
import type { Finding } from "../../core/finding.js";
import type { Release } from "../../core/migration/release.js";
import { plural } from "../../core/plural.js";
import { stoppingRows } from "../../core/probes/stopping-rows.js";
import { ledgerFor } from "../../core/release/ledgers/ledgers.js";
import type { RollbackResult } from "../../core/risk/input.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { contractFindings } from "../catalog/pending.js";
import { releaseDependence } from "../catalog/release-dependence.js";
import { artifact, type ClusterRecord, need, type ProofRecord } from "../run/records.js";
import type { Proof } from "./proof.js";

/** What a proof establishes for a cluster, and its findings: about the release, the contract, and drift that stays. */
export async function proofRecord(
  ports: Ports,
  release: Release,
  cluster: ClusterRecord,
  tenant: Tenant,
  proof: Proof,
): Promise<{ readonly record: ProofRecord; readonly findings: readonly Finding[] }> {
  const remaining = proof.catalogAfter ? await remainingDrift(ports, release, cluster, proof.catalogAfter) : [];
  const broken = proof.catalogAfter
    ? await contractFindings(ports, release, cluster, "after", proof.catalogAfter, tenant.schema)
    : [];
  const own = proof.findings.map((finding): Finding => ({ ...finding, tenants: cluster.tenants }));
  const left = remaining.filter((one) => !isAllowed(cluster, one)).map((one) => driftThatStays(cluster, one));
  const findings = [...own, ...broken, ...left, ...analyzePredicted(cluster, tenant, proof.analyzed ?? [])];
  const proved = proof.passed && !broken.some(({ severity }) => severity === "error");
  const { catalogAfter: _, output: __, ...kept } = proof;
  const rollbacks = proof.rollbacks.flatMap(({ version, candidate }) => (candidate ? [{ version, candidate }] : []));
  const record: ProofRecord = {
    cluster: cluster.id,
    clonedFrom: tenant.id,
    proof: kept,
    ms: proof.ms,
    endedAt: new Date(ports.clock.now()).toISOString(),
    after: proved ? proof.after : null,
    onTheWay: proof.onTheWay,
    rollbacks,
    ...(proof.catalogAfter ? { stopping: stoppingRows(rollbacks.toReversed(), proof.catalogAfter) } : {}),
    result: resultOf(proof),
    locks: proof.statements.flatMap((statement) =>
      statement.locks.map(({ table, mode, fromMs, toMs }) => ({ table, mode, holdMs: toMs - fromMs })),
    ),
    rewrites: proof.statements.flatMap((statement) => statement.rewrites.map((table) => ({ table, bytes: null }))),
    remaining,
  };
  return { record, findings };
}

/** The worst of the migrations' ways back. */
function resultOf(proof: Proof): RollbackResult {
  if (proof.rollbacks.some(({ candidate }) => candidate === null)) {
    if (proof.passed) return "lossy";
    return proof.rollbacks.some(({ verdict }) => verdict === "none") ? "impossible" : "unproved";
  }
  if (!proof.passed) return "unproved";
  const lossy = proof.rollbacks.flatMap(({ candidate }) => (candidate?.class === "lossy" ? [candidate] : []));
  if (lossy.some(({ keep, losses }) => keep.length > 0 || losses.length > 0)) return "kept";
  return lossy.length > 0 ? "kept-since" : "exact";
}

/** How the cluster still differs from the declared schema after the release. */
async function remainingDrift(
  ports: Ports,
  release: Release,
  cluster: ClusterRecord,
  after: Catalog,
): Promise<readonly Difference[]> {
  if (!cluster.declared) return [];
  const declared = await need<Catalog>(ports, artifact.catalog(cluster.declared.after));
  const before = await need<Catalog>(ports, artifact.catalog(cluster.fingerprint));
  const releaseDepends = releaseDependence(release, cluster.pending, before);
  return compareCatalogs(after, declared, { releaseDepends, ledger: ledgerFor(release.convention).table }).differences;
}

function isAllowed(cluster: ClusterRecord, difference: Difference): boolean {
  return (cluster.drift?.allowed ?? []).some((allowed) => allowed.subject === difference.subject);
}

/** Drift that the release does not heal blocks if the release touches the object; otherwise it is only reported. */
function driftThatStays(cluster: ClusterRecord, difference: Difference): Finding {
  const harm = harmOf([difference]);
  return {
    code: "drift.not-healed",
    gate: "dry-run",
    severity: difference.releaseDepends && difference.severity === "error" ? "error" : "warning",
    subject: { kind: difference.kind, name: difference.subject },
    message: `After the release, this still differs from the declared schema: ${difference.message}`,
    remedy: {
      text: `Repair the drift before the release, or allow it under drift.allow in the config with a reason and a date.${difference.repair === null || harm === null ? "" : ` ${harm}`}`,
      ...(difference.repair === null ? {} : { sql: difference.repair }),
    },
    tenants: cluster.tenants,
  };
}

/** What `rollout.analyze` will do in each tenant. ANALYZE reads a sample: its time hardly grows with the table. */
function analyzePredicted(
  cluster: ClusterRecord,
  tenant: Tenant,
  [first, ...more]: NonNullable<Proof["analyzed"]>,
): readonly Finding[] {
  if (first === undefined) return [];
  const all = [first, ...more];
  const ms = all.reduce((sum, each) => sum + each.ms, 0);
  const failing = all.find(({ failed }) => failed !== null);
  const what = more.length === 0 ? first.statement : `${first.statement} and ${plural(more.length, "more")}`;
  const base = {
    code: "dry-run.analyze",
    gate: "dry-run",
    subject: { kind: "cluster", name: cluster.id },
    tenants: cluster.tenants,
  } as const;
  const took = `took ${ms} ms on the clone of tenant ${tenant.id}, about ${seconds(ms * cluster.tenants.length)} for ${plural(cluster.tenants.length, "tenant")} one after the other`;
  return [
    failing === undefined
      ? { ...base, severity: "note", message: `After the release, rollout.analyze runs ${what}: it ${took}.` }
      : {
          ...base,
          severity: "warning",
          message: `After the release, rollout.analyze would run ${failing.statement}, which fails on the clone of tenant ${tenant.id}: ${failing.failed}.`,
          remedy: {
            text: "Run it by hand after the release, as the owner of the table.",
            sql: `${failing.statement};`,
          },
        },
  ];
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
