import type { Difference } from "../../core/catalog/compare.js";
import { attributeText } from "../../core/catalog/describe.js";
import type { ClusterEvidence } from "../../core/evidence/fleet-evidence.js";
import type { ClusterRecord, ProofRecord } from "../run/records.js";

/** The clusters with their differences from the declared schema, and what the release does to each. */
export function clustersEvidence(
  clusters: readonly ClusterRecord[],
  proofs: ReadonlyMap<string, ProofRecord>,
): ClusterEvidence[] {
  return clusters.map((cluster) => {
    const proof = proofs.get(cluster.id);
    return {
      id: cluster.id,
      fingerprint: cluster.fingerprint,
      tenants: cluster.tenants.length,
      majority: cluster.majority,
      representative: cluster.representative,
      proof:
        cluster.pending.length === 0 && !proof
          ? "not needed"
          : !proof
            ? "none"
            : proof.after === null
              ? "failed"
              : "proved",
      differences: (cluster.drift?.differences ?? []).map((difference) => ({
        object: `${difference.kind} ${difference.subject}`,
        kind: difference.change === "unexpected" ? "extra" : difference.change,
        declared: shown(difference, "declared"),
        actual: shown(difference, "actual"),
        effect: effectOf(cluster, difference, proof),
        repair: difference.repair,
      })),
    };
  });
}

/** A difference that is gone after the release was healed by it. */
function effectOf(
  { pending }: ClusterRecord,
  difference: Difference,
  proof: ProofRecord | undefined,
): "healed" | "remains" | "breaks" | "unknown" {
  if (!proof) return pending.length === 0 ? "remains" : "unknown";
  if (proof.after === null) return difference.releaseDepends ? "breaks" : "unknown";
  const key = keyOf(difference);
  return proof.remaining.some((one) => keyOf(one) === key) ? "remains" : "healed";
}

function keyOf({ change, kind, subject, attribute }: Difference): string {
  return JSON.stringify([change, kind, subject, attribute ?? null]);
}

function shown(difference: Difference, side: "declared" | "actual"): string | null {
  const value = difference[side];
  if (value === null) return null;
  if (difference.attribute !== undefined) return attributeText(difference.attribute, value);
  return typeof value === "object" ? "present" : String(value);
}
