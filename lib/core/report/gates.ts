import type { Evidence } from "../evidence/evidence.js";
import type { Gate } from "../finding.js";

/** The gates that the run reached, so that one without findings shows as passed and one not reached does not show. */
export function gatesReached(evidence: Evidence): readonly Gate[] {
  return gates(evidence, true);
}

/** The gates that the run did not reach or did not need. */
export function gatesSkipped(evidence: Evidence): readonly Gate[] {
  return gates(evidence, false);
}

function gates(evidence: Evidence, wanted: boolean): readonly Gate[] {
  const all: readonly (readonly [Gate, boolean])[] = [
    ["load", evidence.release !== null],
    ["introspect", evidence.tenants.length > 0],
    ["diverge", evidence.clusters.length > 0],
    ["probe", evidence.probes.length > 0],
    ["lint", evidence.release !== null && evidence.clusters.length > 0],
    ["rollback", evidence.rollbacks.length > 0],
    ["dry-run", evidence.dryRun !== null],
    ["queries", evidence.findings.some(({ gate }) => gate === "queries")],
    ["score", evidence.score !== null],
    ["approve", evidence.approval !== null],
    ["rollout", evidence.rollout !== null],
  ];
  return all.filter(([, reached]) => reached === wanted).map(([gate]) => gate);
}
