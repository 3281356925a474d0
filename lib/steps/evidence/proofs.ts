import type { Evidence } from "../../core/evidence/evidence.js";
import type { RollbackEvidence, StatementEvidence } from "../../core/evidence/proof-evidence.js";
import { worstTenant } from "../prediction/tenant-prediction.js";
import type { ProvedRollback } from "../proof/proof.js";
import type { ClusterRecord, ProofRecord } from "../run/records.js";
import type { RunArtifacts } from "./gather.js";

/** When the last dry run ended, and how long all of them took. */
export function dryRunEvidence(proofs: RunArtifacts["proofs"]): Evidence["dryRun"] {
  const records = [...proofs.values()];
  const ended = records.map((record) => record.endedAt).sort();
  const endedAt = ended.at(-1);
  return endedAt === undefined ? null : { endedAt, ms: records.reduce((sum, record) => sum + record.ms, 0) };
}

/** The statements of the release with what was measured on the clone of the largest cluster that has a proof. */
export function statementsEvidence(run: RunArtifacts): StatementEvidence[] {
  const cluster = run.clusters.find((one) => run.proofs.has(one.id));
  const record = cluster && run.proofs.get(cluster.id);
  if (!cluster || !record) return [];
  return record.proof.statements.map((statement) => ({
    sql: statement.sql,
    migration: statement.migration,
    source: { file: statement.source.file, line: statement.source.line },
    transactionality: statement.transactionality,
    startMs: statement.startMs,
    ms: statement.ms,
    locks: statement.locks.map(({ table, mode, fromMs, toMs }) => ({ table, mode, fromMs, toMs })),
    rewrites: [...statement.rewrites],
    scans: statement.scans.map((scan) => scan.table),
    worst: worstTenant(run, cluster, record, statement),
  }));
}

/** Ways around hazards that block, as proved on clones of one cluster. */
export function rewritesEvidence(run: RunArtifacts): Pick<Evidence, "rewrites"> {
  const rewrites = [...run.proofs.values()].flatMap(({ plans = [] }) => plans);
  return rewrites.length > 0 ? { rewrites } : {};
}

/** The way back of every migration and cluster, with its proof. */
export function rollbacksEvidence(run: RunArtifacts): RollbackEvidence[] {
  return run.clusters.flatMap((cluster) => {
    const record = run.proofs.get(cluster.id);
    return record ? record.proof.rollbacks.map((rollback) => rollbackEvidence(cluster, record, rollback)) : [];
  });
}

function rollbackEvidence(cluster: ClusterRecord, record: ProofRecord, rollback: ProvedRollback): RollbackEvidence {
  const { candidate, verdict, trials } = rollback;
  const tried = trials.at(-1);
  const proved = candidate !== null;
  return {
    cluster: cluster.id,
    tenants: cluster.tenants.length,
    migration: rollback.version,
    source: candidate?.source ?? tried?.source ?? "inverse",
    class: candidate?.class ?? "impossible",
    statements: [...(candidate?.statements ?? [])],
    losses: rollback.losses.map(({ what, name, reason }) => ({ what, name, reason })),
    kept: candidate?.keep.flatMap((keep) => keep.tables) ?? [],
    proof: {
      status: proved ? "proved" : verdict === "none" ? "none" : "failed",
      schemaEqual: proved,
      rowsEqual: proved,
      rows: record.proof.rows.reduce((sum, table) => sum + (table.before ?? 0), 0),
      ms: tried?.ms ?? null,
      reason: proved ? null : rollback.differences.join(" ") || null,
    },
  };
}
