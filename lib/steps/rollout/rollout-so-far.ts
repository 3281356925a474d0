import type { Ports } from "../../ports/ports.js";
import { artifact, type WavePlan, type WaveResult } from "../run/records.js";

/** How the waves of a run have ended so far, stored by the step that begins them, so that it need not read all of them each time. */
interface RolloutSoFar {
  readonly pass: number;
  /** By the wave's index. */
  readonly results: Readonly<Record<number, WaveResult>>;
  /** The wave that was begun last. */
  readonly begun: number;
}

/** The results of these waves, in their order; null for those without one. Reads only what may have changed. */
export async function resultsSoFar(
  { artifacts }: Pick<Ports, "artifacts">,
  waves: readonly WavePlan[],
  pass: number,
): Promise<readonly (WaveResult | null)[]> {
  const known = await artifacts.get<RolloutSoFar>(artifact.rollout);
  return Promise.all(
    waves.map(({ index }) =>
      known?.pass === pass && index !== known.begun
        ? (known.results[index] ?? null)
        : artifacts.get<WaveResult>(artifact.wave(index)),
    ),
  );
}

/** Before a wave begins. */
export async function noteBegun(
  { artifacts }: Pick<Ports, "artifacts">,
  results: readonly (WaveResult | null)[],
  pass: number,
  begun: number,
): Promise<void> {
  const known = results.flatMap((result) => (result === null ? [] : [[result.index, result] as const]));
  const soFar: RolloutSoFar = { pass, results: Object.fromEntries(known), begun };
  await artifacts.put(artifact.rollout, soFar);
}

/** Indexes of the waves that have begun but not ended: what was done in their tenants may be unrecorded, for example after the run was killed. */
export async function openWaves(
  { artifacts }: Pick<Ports, "artifacts">,
  waves: readonly Pick<WavePlan, "index">[],
): Promise<ReadonlySet<number>> {
  const known = await artifacts.get<RolloutSoFar>(artifact.rollout);
  const each = await Promise.all(
    waves.map(async ({ index }) => {
      if (!(await artifacts.has(artifact.waveStart(index)))) return [];
      const result = await artifacts.get<WaveResult>(artifact.wave(index));
      const again = known?.begun === index && (result?.pass ?? 0) < known.pass;
      return result === null || again ? [index] : [];
    }),
  );
  return new Set(each.flat());
}
