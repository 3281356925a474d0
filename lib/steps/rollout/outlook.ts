import type { RollbackClass } from "../../core/rollback/plan.js";
import type { Ports as AllPorts } from "../../ports/ports.js";
import {
  artifact,
  type ClusterRecord,
  need,
  type ProofRecord,
  type TenantProgress,
  type WavePlan,
} from "../run/records.js";
import { openWaves } from "./rollout-so-far.js";
import { wavesOf } from "./wave-members.js";
import type { SinceInTenant } from "./weigh-rollback.js";

/** An outlook only reads what was written. */
type Ports = Pick<AllPorts, "run" | "artifacts">;

/** What would be done to one tenant. */
export interface TenantOutlook {
  readonly tenant: string;
  /** `finished`: it would not be touched. */
  readonly action: "migrate" | "go on" | "finished" | "roll back";
  /** Versions, in the order in which they would be applied or taken back. */
  readonly migrations: readonly string[];
  /** The worst class among the ways back; null for the way up. */
  readonly wayBack: RollbackClass | null;
  /** For a rollback that was weighed. */
  readonly putAside?: Omit<SinceInTenant, "tenant">;
}

export interface WaveOutlook {
  readonly name: string;
  readonly tenants: readonly TenantOutlook[];
}

/** What a rollout would do from here on, by wave. Reads only artifacts, and touches neither a tenant nor the run. */
export async function rolloutOutlook(ports: Ports): Promise<readonly WaveOutlook[]> {
  const planned = (await ports.artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? (await wavesOf(ports));
  const pending = await pendingByTenant(ports);
  return outlook(ports, planned, (tenant, progress) => {
    if (progress?.status === "migrated") return { tenant, action: "finished", migrations: [], wayBack: null };
    const action = progress?.status === "unknown" ? "go on" : "migrate";
    return { tenant, action, migrations: pending.get(tenant)?.pending ?? [], wayBack: null };
  });
}

/** What a rollback would do, by wave; `only` names tenants, null means all. */
export async function rollbackOutlook(ports: Ports, only: readonly string[] | null): Promise<readonly WaveOutlook[]> {
  const planned = (await ports.artifacts.get<readonly WavePlan[]>(artifact.waves)) ?? [];
  const clusters = await pendingByTenant(ports);
  const proofs = new Map<string, ProofRecord>();
  for (const { id } of new Set(clusters.values())) {
    const proof = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
    if (proof) proofs.set(id, proof);
  }
  // A killed run has written no end for the tenants that it was working in: each tenant says what it has.
  const open = await openWaves(ports, planned);
  const mayHave = new Set(planned.flatMap((wave) => (open.has(wave.index) ? wave.tenants : [])));
  const waves = await outlook(ports, planned, (tenant, progress) => {
    const status = progress?.status ?? "failed";
    const has = status === "failed" ? mayHave.has(tenant) : status !== "rolled back";
    if (!has || (only !== null && !only.includes(tenant))) return null;
    const cluster = clusters.get(tenant);
    const migrations = (cluster?.pending ?? []).toReversed();
    const ways = new Map(proofs.get(cluster?.id ?? "")?.rollbacks.map((one) => [one.version, one.candidate.class]));
    const classes = migrations.map((version) => ways.get(version) ?? "impossible");
    const wayBack = WORST.find((each) => classes.includes(each)) ?? "impossible";
    return { tenant, action: "roll back", migrations, wayBack };
  });
  return waves.filter((wave) => wave.tenants.length > 0);
}

/** What a rollback would do, and which tenants it would not find. */
export interface RollbackOutlook {
  readonly waves: readonly WaveOutlook[];
  /** Ids, in the order of the waves. */
  readonly tenants: readonly string[];
  /** Ids that were asked for but do not have the release. */
  readonly without: readonly string[];
}

export async function wholeRollback(ports: Ports, only: readonly string[] | null): Promise<RollbackOutlook> {
  const waves = await rollbackOutlook(ports, only);
  const tenants = waves.flatMap((wave) => wave.tenants.map(({ tenant }) => tenant));
  const having = new Set(tenants);
  return { waves, tenants, without: (only ?? []).filter((id) => !having.has(id)) };
}

const WORST = ["impossible", "lossy", "exact"] as const satisfies readonly RollbackClass[];

async function outlook(
  ports: Ports,
  waves: readonly { readonly name: string; readonly tenants: readonly string[] }[],
  of: (tenant: string, progress: TenantProgress | null) => TenantOutlook | null,
): Promise<readonly WaveOutlook[]> {
  return Promise.all(
    waves.map(async ({ name, tenants }) => {
      const progress = await Promise.all(tenants.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
      return { name, tenants: tenants.flatMap((id, at) => of(id, progress[at] ?? null) ?? []) };
    }),
  );
}

async function pendingByTenant(ports: Ports): Promise<ReadonlyMap<string, ClusterRecord>> {
  const clusters = await need<readonly ClusterRecord[]>(ports, artifact.clusters);
  return new Map(clusters.flatMap((cluster) => cluster.tenants.map((id) => [id, cluster] as const)));
}
