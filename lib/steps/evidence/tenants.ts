import type { TenantEvidence } from "../../core/evidence/fleet-evidence.js";
import type { Tenant } from "../../ports/registry.js";
import type {
  ClusterRecord,
  RegistryChanges,
  ScoreRecord,
  TenantProgress,
  TenantReading,
  WavePlan,
} from "../run/records.js";
import { goneOf } from "./left-out.js";

export interface TenantSources {
  readonly fleet: readonly Tenant[];
  readonly readings: ReadonlyMap<string, TenantReading>;
  readonly clusters: readonly ClusterRecord[];
  readonly score: ScoreRecord | null;
  readonly waves: readonly WavePlan[];
  readonly progress: ReadonlyMap<string, TenantProgress>;
  readonly registry: RegistryChanges | null;
}

/** Every tenant of the fleet, including those that no phase reached. */
export function tenantsEvidence(sources: TenantSources): TenantEvidence[] {
  const clusterOf = new Map(
    sources.clusters.flatMap((cluster) => cluster.tenants.map((id) => [id, cluster.id] as const)),
  );
  const waveOf = new Map(sources.waves.flatMap((wave) => wave.tenants.map((id) => [id, wave.name] as const)));
  const gone = new Set(goneOf(sources.registry, sources.progress));
  return sources.fleet.map((tenant) => {
    const reading = sources.readings.get(tenant.id);
    const progress = sources.progress.get(tenant.id);
    const wave = waveOf.get(tenant.id) ?? null;
    return {
      id: tenant.id,
      group: tenant.group,
      host: tenant.host,
      database: tenant.database,
      schema: tenant.schema,
      serverVersion: reading?.statistics?.serverVersion ?? null,
      bytes: reading?.statistics?.sizeBytes ?? null,
      cluster: clusterOf.get(tenant.id) ?? null,
      before: reading?.fingerprint ?? null,
      after: progress?.after ?? null,
      status: gone.has(tenant.id) ? "gone" : statusOf(reading, progress, wave),
      score: sources.score?.tenants[tenant.id] ?? null,
      wave,
      ms: progress?.ms ?? null,
      attempts: progress?.attempts ?? 0,
      message: progress?.message ?? null,
      ...(progress?.analyzed?.length ? { analyzed: [...progress.analyzed] } : {}),
    };
  });
}

function statusOf(
  reading: TenantReading | undefined,
  progress: TenantProgress | undefined,
  wave: string | null,
): TenantEvidence["status"] {
  if (progress) return progress.status;
  if (!reading || reading.status === "unknown") return "unknown";
  if (reading.pending.length === 0) return "up to date";
  return wave === null ? "analyzed" : "not started";
}
