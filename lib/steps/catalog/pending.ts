import { type Catalog, TENANT_SCHEMA } from "../../core/catalog/catalog.js";
import { checkContract } from "../../core/contract/check.js";
import type { Contract } from "../../core/contract/contract.js";
import type { Finding } from "../../core/finding.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Migration, Release } from "../../core/migration/release.js";
import { contractOf } from "../../core/release/contract-of.js";
import type { Ports } from "../../ports/ports.js";
import { artifact, type ClusterRecord, need } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";

/** The migrations that at least one tenant lacks, in order. */
export function pendingOf(release: Release, clusters: readonly ClusterRecord[]): readonly Migration[] {
  const versions = new Set(clusters.flatMap((cluster) => cluster.pending));
  return release.migrations.filter((migration) => versions.has(migration.version));
}

/** What must hold before or after the release for the tenants of one cluster, checked against a catalog. */
export async function contractFindings(
  ports: Ports,
  release: Release,
  cluster: ClusterRecord,
  moment: "before" | "after",
  catalog: Catalog,
  tenantSchema: string | null,
): Promise<readonly Finding[]> {
  const { declared } = cluster;
  const built = declared && (await need<Catalog>(ports, artifact.catalog(declared[moment])));
  const { config } = await needRequest(ports);
  const migrations = release.migrations.filter((migration) => cluster.pending.includes(migration.version));
  const searchPath = tenantSchema === null ? ["public"] : [TENANT_SCHEMA, ...sharedSchemas(config)];
  const contract = contractOf(migrations, release.migrations, release.application);
  const findings = checkContract(contract, moment, catalog, { searchPath, tenantSchema }, built);
  return findings.map((finding) => ({ ...finding, tenants: cluster.tenants }));
}

/** What the pending migrations say must hold before and after. */
export function pendingContract(release: Release, clusters: readonly ClusterRecord[]): Contract {
  return contractOf(pendingOf(release, clusters), release.migrations, release.application);
}
