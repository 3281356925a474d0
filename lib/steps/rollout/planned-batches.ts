import { digest } from "../../core/json.js";
import type { Ports } from "../../ports/ports.js";
import { TamperedError } from "../../ports/tampered.js";
import { artifact, type Batch, type WavePlan } from "../run/records.js";
import type { Target } from "../run/target.js";
import type { HeldPlan } from "./held-plan.js";

export interface PlannedBatches {
  readonly batches: readonly Batch[];
  /** Digests of their texts, by key. */
  readonly files: HeldPlan;
}

/** The batches into which a wave was split. Throws `TamperedError` if they do not match the plan. */
export async function plannedBatches({ artifacts }: Pick<Ports, "artifacts">, wave: WavePlan): Promise<PlannedBatches> {
  const keys = wave.hosts.flatMap((host) => host.batches.map(({ id }) => artifact.batch(id)));
  const texts = await Promise.all(keys.map(async (key) => (await artifacts.getText(key)) ?? ""));
  const files = Object.fromEntries(keys.map((key, place) => [key, digest(texts[place] ?? "")]));
  if (wave.held !== undefined && digest(files) !== wave.held)
    throw new TamperedError(
      `the batches of ${wave.name} were changed after they were planned, so none of its tenants is touched; find out who wrote there`,
    );
  return { batches: texts.map((text) => JSON.parse(text) as Batch), files };
}

/** What was approved for the tenants of these waves, by id. */
export async function targetsOfWaves(
  ports: Pick<Ports, "artifacts">,
  waves: readonly WavePlan[],
): Promise<Readonly<Record<string, Target>>> {
  const planned = await Promise.all(waves.map((wave) => plannedBatches(ports, wave)));
  return Object.assign({}, ...planned.flatMap(({ batches }) => batches.map(({ targets }) => targets)));
}
