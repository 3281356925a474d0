import { type Config, milliseconds } from "../../core/config/config.js";
import { sharedSchemas } from "../../core/isolation/shared-schemas.js";
import type { Release } from "../../core/migration/release.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { KnownCatalogs } from "../catalog/read-catalog.js";
import type { SessionSettings } from "../migration/prepare-session.js";
import { ProbePlan } from "../probing/probe-plan.js";
import type { Approved, OfCluster } from "../run/approved.js";
import { artifact, need, type ProofRecord } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";

/** Everything that was approved for one tenant. */
export interface TenantContext {
  readonly tenant: Tenant;
  readonly config: Config;
  readonly release: Release;
  readonly cluster: OfCluster;
  readonly wave: number;
  /** Its group in the order of the rollout; null for none. */
  readonly group: string | null;
  /** Fingerprint that was approved. */
  readonly before: string;
  /** Fingerprint that the dry run ended in. */
  readonly after: string;
  /** Fingerprints that the release passes through, including the last. */
  readonly onTheWay: readonly string[];
  /** The proved way back of each migration, by version. */
  readonly rollbacks: ReadonlyMap<string, RollbackCandidate>;
  readonly known: KnownCatalogs;
  /** What is asked about its rows before the first statement; null for a team's own migrator, which its clone judged. */
  readonly probes: ProbePlan | null;
}

/** Everything that was approved for some tenants: read once for those of a batch. */
export interface RolloutContext {
  readonly config: Config;
  readonly release: Release;
  readonly approved: Approved;
  /** By the cluster's id. */
  readonly proofs: ReadonlyMap<string, ProofRecord>;
  /** Catalogs read from earlier tenants of the batch. */
  readonly known: KnownCatalogs;
  readonly probes: ProbePlan | null;
}

export async function rolloutContext(ports: Ports, approved: Approved): Promise<RolloutContext> {
  const clusters = new Set(Object.values(approved.clusters).map(({ id }) => id));
  const proofs = await Promise.all(
    [...clusters].map(async (id) => [id, await ports.artifacts.get<ProofRecord>(artifact.proof(id))] as const),
  );
  const { config } = await needRequest(ports);
  return {
    config,
    release: await need<Release>(ports, artifact.release),
    probes: config.migrator ? null : await ProbePlan.of(ports, config),
    approved,
    proofs: new Map(proofs.flatMap(([id, proof]) => (proof === null ? [] : [[id, proof] as const]))),
    known: new KnownCatalogs(),
  };
}

/** Throws when the tenant is in no cluster, or in one without a proof. */
export function tenantContext(rollout: RolloutContext, tenant: Tenant): TenantContext {
  const { config, release, approved, proofs, known, probes } = rollout;
  const cluster = approved.clusters[tenant.id];
  if (!cluster) throw new Error(`tenant ${tenant.id} is in no cluster of the run`);
  const proof = proofs.get(cluster.id);
  if (!proof || proof.after === null)
    throw new Error(`the cluster ${cluster.id} has no proof, so tenant ${tenant.id} cannot be verified`);
  return {
    tenant,
    config,
    release,
    cluster,
    wave: approved.waves[tenant.id]?.index ?? -1,
    group: approved.waves[tenant.id]?.group ?? null,
    before: cluster.fingerprint,
    after: proof.after,
    onTheWay: proof.onTheWay,
    rollbacks: new Map(proof.rollbacks.map(({ version, candidate }) => [version, candidate])),
    known,
    probes,
  };
}

/** How long the statements of a rollout may wait and run. */
export function sessionSettings(config: Config): SessionSettings {
  const { rollout, migrator } = config;
  const concurrent = milliseconds(rollout.concurrentTimeout);
  // A program holds its tenant as a statement outside transactions does.
  const command = migrator && concurrent > 0 ? milliseconds(migrator.timeout) : 0;
  return {
    lockTimeout: milliseconds(rollout.lockTimeout),
    statementTimeout: milliseconds(rollout.statementTimeout),
    concurrentTimeout: Math.max(concurrent, command),
    shared: sharedSchemas(config),
  };
}
