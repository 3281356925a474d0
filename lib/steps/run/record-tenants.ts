import { tenantLeaves } from "../../core/audit/leaves.js";
import type { Json } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { resultsOf } from "./records.js";

interface PhaseRecord {
  readonly tenant: string;
  readonly status: string;
  readonly [detail: string]: Json;
}

/** One event for all tenants of a phase: the root of the tree whose leaves are their records. */
export async function recordTenants(ports: Ports, phase: string): Promise<void> {
  const records = (await resultsOf<PhaseRecord>(ports, phase)).flatMap((result) => result.records);
  const leaves = tenantLeaves(
    ports.run,
    phase,
    records.map(({ tenant, status, ...details }) => ({ tenant, status, details })),
  );
  const file = `audit/leaves/${phase}.jsonl`;
  await ports.artifacts.putText(file, leaves.text);
  await ports.audit.append({
    actor: "schema-gate",
    action: "tenants.recorded",
    subject: { kind: "phase", name: phase },
    digest: leaves.root,
    details: { phase, count: leaves.count, root: leaves.root, file },
  });
}
