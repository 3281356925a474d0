import type { Contract } from "../core/contract/contract.js";
import { contractOf } from "../core/contract/contract-of.js";
import type { Migration, Release } from "../core/release/release.js";
import type { ClusterRecord } from "./records.js";

/** The migrations that at least one tenant lacks, in order. */
export function pendingOf(release: Release, clusters: readonly ClusterRecord[]): readonly Migration[] {
  const versions = new Set(clusters.flatMap((cluster) => cluster.pending));
  return release.migrations.filter((migration) => versions.has(migration.version));
}

/** What the pending migrations say must hold before and after. */
export function pendingContract(release: Release, clusters: readonly ClusterRecord[]): Contract {
  return contractOf(pendingOf(release, clusters), release.migrations);
}
