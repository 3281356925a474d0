import { bytes } from "../../core/config/config.js";
import type { Finding } from "../../core/finding.js";
import { sizeText } from "../../core/size.js";
import type { RunArtifacts } from "../evidence/gather.js";
import type { ClusterRecord, ProofRecord } from "../run/records.js";
import { scaleOf } from "./tenant-prediction.js";

/**
 * Tenants whose copies are predicted to exceed the config's limit, from the clone's copies and the sizes of the tables in both. The clone
 * is of the largest tenant, but another may have more of the one table that is kept. The rollout weighs the copies again before it makes
 * them; this warns before any tenant is touched.
 */
export function keptPredictions(run: RunArtifacts): readonly Finding[] {
  const limit = bytes(run.request.config.rollback.keepLimit);
  return run.clusters.flatMap((cluster) => {
    const record = run.proofs.get(cluster.id);
    return record ? record.proof.rollbacks.flatMap((each) => ofMigration(run, cluster, record, each, limit)) : [];
  });
}

function ofMigration(
  run: RunArtifacts,
  cluster: ClusterRecord,
  { proof }: ProofRecord,
  { version, candidate, kept }: ProofRecord["proof"]["rollbacks"][number],
  limit: number,
): readonly Finding[] {
  if (!candidate || !kept || kept.tooLarge || kept.bytes === 0) return [];
  const tables = [...new Set(proof.statements.flatMap((each) => (each.migration === version ? each.kept : [])))];
  const foretold = cluster.tenants.map((tenant) => {
    const scale = scaleOf(run, cluster, tenant);
    const scales = tables.map(scale);
    return { tenant, bytes: scales.includes(null) ? null : kept.bytes * Math.max(1, ...scales.map(Number)) };
  });
  const large = foretold.filter((each) => each.bytes !== null && each.bytes > limit);
  const unknown = foretold.filter((each) => each.bytes === null);
  const most = Math.max(...large.map((each) => each.bytes ?? 0));
  return [
    ...(large.length === 0
      ? []
      : [
          tooLarge(
            version,
            limit,
            most,
            large.map(({ tenant }) => tenant),
          ),
        ]),
    ...(unknown.length === 0
      ? []
      : [
          notKnown(
            version,
            unknown.map(({ tenant }) => tenant),
          ),
        ]),
  ];
}

function tooLarge(version: string, limit: number, most: number, tenants: readonly string[]): Finding {
  return {
    code: "rollback.kept-too-large",
    gate: "rollback",
    severity: "error",
    subject: { kind: "migration", name: version },
    message: `To undo ${version}, about ${sizeText(most)} would have to be kept aside in ${tenants.slice(0, 5).join(", ")}, above rollback.keepLimit of ${sizeText(limit)}.`,
    remedy: { text: "Raise rollback.keepLimit, or take these tenants out of the release and make room there first." },
    tenants,
  };
}

function notKnown(version: string, tenants: readonly string[]): Finding {
  return {
    code: "rollback.kept-unknown",
    gate: "rollback",
    severity: "error",
    unknown: true,
    subject: { kind: "migration", name: version },
    message: `How much would have to be kept aside to undo ${version} is not known of ${tenants.slice(0, 5).join(", ")}: the sizes of their tables were not read.`,
    remedy: { text: "Run the gate again; a tenant that was not measured cannot pass." },
    tenants,
  };
}
