import { groupBy } from "../../core/group-by.js";
import { predictedMs } from "../../core/rollout/predicted-time.js";
import type { Ports } from "../../ports/ports.js";
import {
  artifact,
  type ClusterRecord,
  need,
  type ProofRecord,
  type RegistryChanges,
  resultsOf,
  type TenantProgress,
  type TenantReading,
  type WavePlan,
} from "../run/records.js";
import { needRequest } from "../run/stored-request.js";
import { wavesOf } from "./wave-members.js";

/** What is left of a rollout. */
export interface ExpectedTime {
  readonly waves: number;
  readonly tenants: number;
  /** Milliseconds, not counting windows and pauses. */
  readonly ms: number;
}

/**
 * How long the tenants that lack the release will take, from what its statements took on the clones, how long reading each tenant's catalog
 * took, and how many a host may work on at once. Null before there is a score.
 */
export async function expectedTime(ports: Pick<Ports, "run" | "artifacts">): Promise<ExpectedTime | null> {
  if (!(await ports.artifacts.has(artifact.score))) return null;
  const { config } = await needRequest(ports);
  const msOf = await predictions(ports);
  const { gone = [] } = (await ports.artifacts.get<RegistryChanges>(artifact.registry)) ?? {};
  const waves = await ports.artifacts.get<readonly WavePlan[]>(artifact.waves);
  const stateOf = (id: string) => ports.artifacts.get<TenantProgress>(artifact.tenant(id));
  const hosts = await hostsOf(ports);
  const left = { waves: 0, tenants: 0, ms: 0 };
  for (const wave of waves ?? (await wavesOf(ports))) {
    // Before there are waves, no tenant is touched.
    const said = waves === null ? [] : await Promise.all(wave.tenants.map(stateOf));
    const ids = wave.tenants.filter((id, at) => said[at]?.status !== "migrated" && !gone.includes(id));
    if (ids.length === 0) continue;
    const byHost = groupBy(ids, (id) => hosts.get(id) ?? "");
    const spans = [...byHost.values()].map((own) => {
      const times = own.map((id) => msOf.get(id) ?? 0);
      // One tenant is not shared between connections.
      return Math.max(...times, times.reduce((sum, one) => sum + one, 0) / config.connectionsPerHost);
    });
    left.waves += 1;
    left.tenants += ids.length;
    left.ms += Math.max(...spans);
  }
  return left;
}

async function hostsOf(ports: Pick<Ports, "run" | "artifacts">): Promise<ReadonlyMap<string, string>> {
  const fleet = await need<readonly { readonly id: string; readonly host: string }[]>(ports, artifact.fleet);
  return new Map(fleet.map(({ id, host }) => [id, host]));
}

/** A tenant's catalog is read before its release and after it. */
const READINGS = 2;

async function predictions(ports: Pick<Ports, "run" | "artifacts">): Promise<ReadonlyMap<string, number>> {
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  const byTenant = new Map(readings.map((reading) => [reading.tenant, reading]));
  const bytesOf = (id: string) => byTenant.get(id)?.statistics?.sizeBytes ?? null;
  const found = new Map<string, number>();
  for (const { id, tenants } of await need<readonly ClusterRecord[]>(ports, artifact.clusters)) {
    const record = await ports.artifacts.get<ProofRecord>(artifact.proof(id));
    if (record === null) continue;
    const statements = record.proof.statements.map((statement) => statement.ms);
    const analyzing = (record.proof.analyzed ?? []).reduce((sum, each) => sum + each.ms, 0);
    for (const tenant of tenants) {
      const sizes = { cloneBytes: bytesOf(record.clonedFrom), tenantBytes: bytesOf(tenant) };
      const reading = READINGS * (byTenant.get(tenant)?.ms ?? 0);
      found.set(tenant, predictedMs({ statements, ...sizes }) + analyzing + reading);
    }
  }
  return found;
}
