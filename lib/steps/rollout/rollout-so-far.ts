import type { Ports } from "../../ports/ports.js";
import { artifact, type WavePlan, type WaveResult } from "../run/records.js";

/** How the waves of a run have ended so far, kept by the step that begins them: it need not read all of them before each. */
interface RolloutSoFar {
  readonly pass: number;
  /** By the wave's index. */
  readonly results: Readonly<Record<number, WaveResult>>;
  /** The wave that was begun last. */
  readonly begun: number;
}

/** The results of these waves, in their order; null for those that have none. Only what may have changed is read. */
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

/** Indexes of the waves that were begun and have no end yet: what was done in their tenants need not be written down, as where the run was killed. */
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
