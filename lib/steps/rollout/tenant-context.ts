import { type Config, milliseconds } from "../../core/config/config.js";
import type { Release } from "../../core/release/release.js";
import type { RollbackCandidate } from "../../core/rollback/plan.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import type { SessionSettings } from "../migration/prepare-session.js";
import { artifact, type ClusterRecord, need, type ProofRecord, type RunRequest, type WavePlan } from "../records.js";

/** Everything that was approved for one tenant. */
export interface TenantContext {
  readonly tenant: Tenant;
  readonly config: Config;
  readonly release: Release;
  readonly cluster: ClusterRecord;
  readonly wave: number;
  /** Fingerprint that was approved. */
  readonly before: string;
  /** Fingerprint that the dry run ended in. */
  readonly after: string;
  /** Fingerprints that the release passes through, the last included. */
  readonly onTheWay: readonly string[];
  /** The proved way back of each migration, by version. */
  readonly rollbacks: ReadonlyMap<string, RollbackCandidate>;
}

export async function tenantContext(ports: Ports, tenant: Tenant): Promise<TenantContext> {
  const { config } = await need<RunRequest>(ports, artifact.request);
  const release = await need<Release>(ports, artifact.release);
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  const waves = await need<readonly WavePlan[]>(ports, artifact.waves);
  const cluster = clusters.find((one) => one.tenants.includes(tenant.id));
  if (!cluster) throw new Error(`tenant ${tenant.id} is in no cluster of the run ${ports.run}`);
  const proof = await need<ProofRecord>(ports, artifact.proof(cluster.id));
  if (proof.after === null)
    throw new Error(`the cluster ${cluster.id} has no proof, so tenant ${tenant.id} cannot be verified`);
  return {
    tenant,
    config,
    release,
    cluster,
    wave: waves.find((wave) => wave.tenants.includes(tenant.id))?.index ?? -1,
    before: cluster.fingerprint,
    after: proof.after,
    onTheWay: proof.onTheWay,
    rollbacks: new Map(proof.rollbacks.map(({ version, candidate }) => [version, candidate])),
  };
}

/** How long the statements of a rollout may wait and run. */
export function sessionSettings({ rollout, migrator }: Config): SessionSettings {
  const concurrent = milliseconds(rollout.concurrentTimeout);
  // A program holds its tenant as a statement outside transactions does.
  const command = migrator && concurrent > 0 ? milliseconds(migrator.timeout) : 0;
  return {
    lockTimeout: milliseconds(rollout.lockTimeout),
    statementTimeout: milliseconds(rollout.statementTimeout),
    concurrentTimeout: Math.max(concurrent, command),
  };
}
