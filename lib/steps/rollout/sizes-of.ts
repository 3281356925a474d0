import type { Ports } from "../../ports/ports.js";
import { artifact, type ClusterRecord, type ProofRecord, resultsOf, type TenantReading } from "../run/records.js";
import type { TenantSize } from "../run/tenant-size.js";

/** How large each tenant was when it was read, and the tenant whose clone represents it: used to predict its time. By id. */
export async function sizesOf(ports: Pick<Ports, "run" | "artifacts">): Promise<Readonly<Record<string, TenantSize>>> {
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  const bytes = new Map(readings.map((reading) => [reading.tenant, reading.statistics?.sizeBytes ?? null]));
  const sizes: Record<string, TenantSize> = {};
  for (const { id, tenants } of (await ports.artifacts.get<readonly ClusterRecord[]>(artifact.clusters)) ?? []) {
    const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
    const clone = bytes.get(proof?.clonedFrom ?? "") ?? null;
    for (const tenant of tenants) sizes[tenant] = { bytes: bytes.get(tenant) ?? null, clone };
  }
  return sizes;
}
