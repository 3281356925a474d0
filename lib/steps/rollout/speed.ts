import type { Ports } from "../../ports/ports.js";
import { FULL_SPEED, type SpeedEntry } from "../run/operator-entries.js";
import { artifact } from "../run/records.js";

/** What people said about the speed of a run's backfills, the newest last. */
export async function speedsOf({ artifacts }: Pick<Ports, "artifacts">): Promise<readonly SpeedEntry[]> {
  return (await artifacts.get<readonly SpeedEntry[]>(artifact.speeds)) ?? [];
}

/** In percent of the time. */
export async function speedNow(ports: Pick<Ports, "artifacts">): Promise<number> {
  return (await speedsOf(ports)).at(-1)?.percent ?? FULL_SPEED;
}

/** Appends what a person said; false if nothing would change. */
export async function setSpeed(ports: Pick<Ports, "artifacts">, entry: SpeedEntry): Promise<boolean> {
  const entries = await speedsOf(ports);
  if ((entries.at(-1)?.percent ?? FULL_SPEED) === entry.percent) return false;
  await ports.artifacts.put(artifact.speeds, [...entries, entry]);
  return true;
}
