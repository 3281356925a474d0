import type { Batch, ClusterRecord, WavePlan } from "./records.js";

/** What a tenant shares with the others of its cluster: the schema that was read, and the versions of the migrations that it lacks. */
export type OfCluster = Pick<ClusterRecord, "id" | "fingerprint" | "pending">;
export type OfWave = Pick<WavePlan, "index" | "group">;

/** What tenants are migrated and taken back by, by their ids. */
export type Approved = Required<Pick<Batch, "clusters" | "waves">>;

/** Of the tenants of these waves. One in no cluster is left out: nothing was proved for it. */
export function approvedOf(
  clusters: readonly ClusterRecord[],
  waves: readonly Pick<WavePlan, "index" | "group" | "tenants">[],
): Approved {
  const all = clustersByTenant(clusters);
  const reached = waves.flatMap(({ index, group, tenants }) => tenants.map((id) => [id, { index, group }] as const));
  const proved = reached.flatMap(([id]) => {
    const cluster = all.get(id);
    return cluster === undefined ? [] : [[id, cluster] as const];
  });
  return { clusters: Object.fromEntries(proved), waves: Object.fromEntries(reached) };
}

/** What batches say of their tenants, together. */
export function approvedIn(batches: readonly Batch[]): Approved {
  return {
    clusters: Object.assign({}, ...batches.map(({ clusters }) => clusters)),
    waves: Object.assign({}, ...batches.map(({ waves }) => waves)),
  };
}

/** The cluster of each tenant, by the tenant's id. */
export function clustersByTenant(clusters: readonly ClusterRecord[]): ReadonlyMap<string, OfCluster> {
  return new Map(
    clusters.flatMap(({ id, fingerprint, pending, tenants }) => {
      const shared = { id, fingerprint, pending };
      return tenants.map((tenant) => [tenant, shared] as const);
    }),
  );
}
