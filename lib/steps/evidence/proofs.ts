import type { Evidence } from "../../core/evidence/evidence.js";
import type { RollbackEvidence, StatementEvidence } from "../../core/evidence/proof-evidence.js";
import type { RunArtifacts } from "./gather.js";

/** When the last dry run ended, and how long all of them took. */
export function dryRunEvidence(proofs: RunArtifacts["proofs"]): Evidence["dryRun"] {
  const records = [...proofs.values()];
  const ended = records.map((record) => record.endedAt).sort();
  const endedAt = ended.at(-1);
  return endedAt === undefined ? null : { endedAt, ms: records.reduce((sum, record) => sum + record.ms, 0) };
}

/** The statements of the release with what was measured on the clone of the largest cluster. */
export function statementsEvidence(run: RunArtifacts): StatementEvidence[] {
  const [majority] = run.clusters;
  const pending = (run.release?.migrations ?? []).filter((one) => majority?.pending.includes(one.version));
  return pending.flatMap((migration) =>
    migration.up.statements.map((statement) => ({
      sql: statement.sql,
      migration: migration.version,
      source: { file: statement.source.file, line: statement.source.line },
      transactionality: "inside" as const,
      startMs: 0,
      ms: 0,
      locks: [],
      rewrites: [],
      scans: [],
      worst: null,
    })),
  );
}

/** The way back of every migration and cluster, with its proof. */
export function rollbacksEvidence(run: RunArtifacts): RollbackEvidence[] {
  return run.clusters.flatMap((cluster) => {
    const record = run.proofs.get(cluster.id);
    return (record?.rollbacks ?? []).map(({ version, candidate }) => ({
      cluster: cluster.id,
      tenants: cluster.tenants.length,
      migration: version,
      source: candidate.source,
      class: candidate.class,
      statements: [...candidate.statements],
      losses: [...candidate.losses],
      kept: candidate.keep.flatMap((keep) => keep.tables),
      proof: {
        status: record?.after === null ? ("failed" as const) : ("proved" as const),
        schemaEqual: record?.after !== null,
        rowsEqual: null,
        rows: null,
        ms: record?.ms ?? null,
        reason: null,
      },
    }));
  });
}
