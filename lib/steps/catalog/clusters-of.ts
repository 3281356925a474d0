import { type Cluster, clusterTenants } from "../../core/catalog/clusters.js";
import { groupBy } from "../../core/group-by.js";
import { digest } from "../../core/json.js";
import type { TenantReading } from "../run/records.js";

export interface Members extends Cluster {
  readonly pending: readonly string[];
  readonly readings: readonly TenantReading[];
}

/** Tenants of one cluster have the same schema and lack the same migrations. */
export function clustersOf(readings: readonly TenantReading[]): readonly Members[] {
  const read = readings.filter((reading) => reading.fingerprint !== null);
  const byPending = groupBy(read, (reading) => reading.pending.join("\n"));
  const keyed = read.map((reading) => ({
    tenant: reading.tenant,
    fingerprint: byPending.size === 1 ? (reading.fingerprint ?? "") : digest([reading.fingerprint, reading.pending]),
  }));
  const byTenant = new Map(read.map((reading) => [reading.tenant, reading]));
  return clusterTenants(keyed).map((cluster) => {
    const members = cluster.tenants.flatMap((id) => byTenant.get(id) ?? []);
    const [first] = members;
    return { ...cluster, fingerprint: first?.fingerprint ?? "", pending: first?.pending ?? [], readings: members };
  });
}

/** The dry run takes the largest tenant: what holds there holds for the others. */
export function representativeOf(readings: readonly TenantReading[]): TenantReading {
  return readings.reduce((best, reading) => (sizeOf(reading) > sizeOf(best) ? reading : best));
}

function sizeOf(reading: TenantReading): number {
  return reading.statistics?.sizeBytes ?? 0;
}
