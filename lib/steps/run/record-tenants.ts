import { tenantLeaves } from "../../core/audit/leaves.js";
import type { Json } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { artifact, type BatchResult, need } from "./records.js";

interface PhaseRecord {
  readonly tenant: string;
  readonly status: string;
  readonly [detail: string]: Json;
}

/** Results that are read at once. */
const READ_AT_ONCE = 32;

/** Tenants per file: their records fit into memory and into one string (V8: 512 MiB) up to 250 kB each. */
const TENANTS_A_FILE = 2000;

/**
 * One event for up to 2,000 tenants of a phase: the root of the tree whose leaves are their records. Split by number, so that repeating a
 * phase writes the same files. Returns how many tenants there are of each status.
 */
export async function recordTenants(ports: Ports, phase: string): Promise<ReadonlyMap<string, number>> {
  const statuses = new Map<string, number>();
  let records: PhaseRecord[] = [];
  let files = 0;
  for await (const some of recordsOf(ports, phase)) {
    for (const { status } of some) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    records.push(...some);
    while (records.length > TENANTS_A_FILE) {
      await recordFile(ports, phase, ++files, records.slice(0, TENANTS_A_FILE));
      records = records.slice(TENANTS_A_FILE);
    }
  }
  await recordFile(ports, phase, ++files, records);
  return statuses;
}

async function* recordsOf(ports: Ports, phase: string): AsyncGenerator<readonly PhaseRecord[]> {
  const keys = await ports.artifacts.list(artifact.results(phase));
  for (let from = 0; from < keys.length; from += READ_AT_ONCE) {
    const some = keys.slice(from, from + READ_AT_ONCE);
    const results = await Promise.all(some.map((key) => need<BatchResult<PhaseRecord>>(ports, key)));
    yield results.flatMap(({ records }) => records);
  }
}

async function recordFile(ports: Ports, phase: string, number: number, records: readonly PhaseRecord[]): Promise<void> {
  const leaves = tenantLeaves(
    ports.run,
    phase,
    records.map(({ tenant, status, ...details }) => ({ tenant, status, details })),
  );
  const file = `audit/leaves/${phase}${number === 1 ? "" : `.${number}`}.jsonl`;
  await ports.artifacts.putText(file, leaves.text);
  await ports.audit.append({
    actor: "schema-gate",
    action: "tenants.recorded",
    subject: { kind: "phase", name: phase },
    digest: leaves.root,
    details: { phase, count: leaves.count, root: leaves.root, file },
  });
}
