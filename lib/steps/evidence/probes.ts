import type { ProbeEvidence } from "../../core/evidence/proof-evidence.js";
import type { TenantProbes } from "../run/records.js";

/** One entry per probe, over all tenants that were probed with it. */
export function probesEvidence(tenants: readonly TenantProbes[]): ProbeEvidence[] {
  const probes = new Map<string, ProbeEvidence>();
  for (const { tenant, probes: answers } of tenants) {
    for (const { code, subject, meaning, repair, result } of answers) {
      const key = JSON.stringify([code, subject, meaning]);
      const known = probes.get(key);
      const entry = known ?? { code, subject, meaning, tenants: 0, passed: 0, hits: [], unknown: [], repair };
      if (!known) probes.set(key, entry);
      entry.tenants += 1;
      if (result.status === "pass") entry.passed += 1;
      if (result.status === "hit") entry.hits.push({ tenant, count: result.count, keys: [...result.keys] });
      if (result.status === "unknown") entry.unknown.push({ tenant, reason: result.reason });
    }
  }
  return [...probes.values()];
}
