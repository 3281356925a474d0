import { planWaves, type Wave, type WaveTenant } from "../../core/rollout/waves.js";
import type { Ports } from "../../ports/ports.js";
import type { Tenant } from "../../ports/registry.js";
import { artifact, need, resultsOf, type ScoreRecord, type TenantReading } from "../run/records.js";
import { needRequest } from "../run/stored-request.js";

/** The waves in which the tenants that lack something would be migrated, from what the gates wrote. */
export async function wavesOf(ports: Pick<Ports, "run" | "artifacts">): Promise<readonly Wave[]> {
  const { config } = await needRequest(ports);
  const { canary, growth, maxWave, groups } = config.rollout;
  return planWaves(await membersOf(ports), { canary, growth, maxWave, groups });
}

async function membersOf(ports: Pick<Ports, "run" | "artifacts">): Promise<readonly WaveTenant[]> {
  const score = await need<ScoreRecord>(ports, artifact.score);
  const fleet = new Map((await need<readonly Tenant[]>(ports, artifact.fleet)).map((tenant) => [tenant.id, tenant]));
  const readings = (await resultsOf<TenantReading>(ports, "Introspect")).flatMap((result) => result.records);
  return readings.flatMap((reading) => {
    const tenant = fleet.get(reading.tenant);
    return tenant && reading.pending.length > 0 ? [{ ...tenant, risk: score.tenants[tenant.id] ?? 1 }] : [];
  });
}
