import type { Catalog } from "../../core/catalog/catalog.js";
import { type Cluster, clusterTenants } from "../../core/catalog/clusters.js";
import { compareCatalogs, type Difference } from "../../core/catalog/compare.js";
import { type Allowance, driftOf, expiredAllowances } from "../../core/catalog/drift.js";
import type { Statistics } from "../../core/catalog/statistics.js";
import { compareFindings, type Finding } from "../../core/finding.js";
import type { FleetReading } from "../../steps/catalog/read-fleet.js";

export interface ClusterOverview extends Cluster {
  /** From the declared catalog if there is one, else from the majority. */
  readonly differences: readonly Difference[];
}

export interface FleetOverview {
  readonly comparedWith: "declared" | "majority";
  readonly clusters: readonly ClusterOverview[];
  readonly tenants: readonly {
    readonly tenant: string;
    readonly cluster: string | null;
    readonly unchanged: boolean;
    readonly statistics: Statistics | null;
  }[];
  /** What the reading could not see. */
  readonly unseen: readonly string[];
  readonly findings: readonly Finding[];
}

/** What `inspect` reports about a fleet. `declared`: what should be, by the cluster's fingerprint. */
export function fleetOverview(
  reading: FleetReading,
  declared: ReadonlyMap<string, Catalog>,
  allow: readonly Allowance[],
  today: string,
): FleetOverview {
  const clusters = clusterTenants(
    reading.tenants.flatMap(({ tenant, fingerprint }) =>
      fingerprint === null ? [] : [{ tenant: tenant.id, fingerprint }],
    ),
  );
  const majority = clusters[0] ? reading.catalogs.get(clusters[0].fingerprint) : undefined;
  const groups = new Map(reading.tenants.map(({ tenant }) => [tenant.id, tenant.group]));
  const findings = [...reading.findings, ...expiredAllowances(allow, today)];
  const overviews = clusters.map((cluster): ClusterOverview => {
    const actual = reading.catalogs.get(cluster.fingerprint);
    const own = declared.get(cluster.fingerprint);
    const standard = own ?? majority;
    if (!actual || !standard) return { ...cluster, differences: [] };
    if (own) findings.push(...driftOf({ cluster, actual, declared: own, groups, allow, today }).findings);
    return { ...cluster, differences: compareCatalogs(actual, standard).differences };
  });
  const idOf = new Map(clusters.map(({ fingerprint, id }) => [fingerprint, id]));
  return {
    comparedWith: declared.size > 0 ? "declared" : "majority",
    clusters: overviews,
    tenants: reading.tenants.map(({ tenant, fingerprint, statistics, unchanged }) => ({
      tenant: tenant.id,
      cluster: fingerprint === null ? null : (idOf.get(fingerprint) ?? null),
      unchanged,
      statistics,
    })),
    unseen: [...new Set([...reading.catalogs.values()].flatMap((catalog) => catalog.unseen))].sort(),
    findings: findings.sort(compareFindings),
  };
}
