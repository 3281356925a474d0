import type { Difference } from "../../core/catalog/compare.js";
import { attributeTexts } from "../../core/catalog/describe.js";
import type { ClusterEvidence } from "../../core/evidence/fleet-evidence.js";
import type { Json } from "../../core/json.js";
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
        ...sides(difference),
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

/** What is declared and what is there; null for a missing object. */
function sides(difference: Difference): { readonly declared: string | null; readonly actual: string | null } {
  const { attribute, actual, declared } = difference;
  if (attribute === undefined) return { declared: present(declared), actual: present(actual) };
  const [is, should] = attributeTexts(difference, attribute);
  return { declared: should, actual: is };
}

function present(value: Json): string | null {
  if (value === null) return null;
  return typeof value === "object" ? "present" : String(value);
}
