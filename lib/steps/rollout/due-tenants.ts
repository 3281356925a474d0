import type { Ports } from "../../ports/ports.js";
import {
  artifact,
  type Passes,
  type RegistryChanges,
  type TenantProgress,
  type WavePlan,
  type WaveResult,
} from "../run/records.js";

/** The tenants of a wave that this pass works on: those still in the registry that nobody left out. */
export async function dueOf(ports: Pick<Ports, "artifacts">, wave: WavePlan): Promise<readonly string[]> {
  const { gone = [] } = (await ports.artifacts.get<RegistryChanges>(artifact.registry)) ?? {};
  const { only } = (await ports.artifacts.get<Passes>(artifact.passes)) ?? {};
  return wave.tenants.filter((id) => !gone.includes(id) && (only === undefined || only.includes(id)));
}

/** A wave with no tenant due: it has ended, and what it lacks is left to another pass. */
export async function endEmptyWave(ports: Ports, { index, tenants }: WavePlan, pass: number): Promise<WaveResult> {
  const said = await Promise.all(tenants.map((id) => ports.artifacts.get<TenantProgress>(artifact.tenant(id))));
  const migrated = said.filter((progress) => progress?.status === "migrated").length;
  const now = new Date(ports.clock.now()).toISOString();
  const known = await ports.artifacts.get<{ startedAt: string }>(artifact.waveStart(index));
  const result: WaveResult = {
    index,
    action: "continue",
    reason: "no tenant of it was due",
    migrated,
    failed: tenants.length - migrated,
    pass,
    startedAt: known?.startedAt ?? now,
    finishedAt: now,
  };
  await ports.artifacts.put(artifact.wave(index), result);
  return result;
}
