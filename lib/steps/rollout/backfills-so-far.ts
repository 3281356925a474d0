import type { Ports } from "../../ports/ports.js";
import type { BackfillProgress } from "../run/backfill-progress.js";

/** How far every backfill of a run is, by its tenant; including finished ones. */
export async function backfillsSoFar({ artifacts }: Pick<Ports, "artifacts">): Promise<readonly BackfillProgress[]> {
  const keys = await artifacts.list("backfills");
  const found = await Promise.all(keys.map((key) => artifacts.get<BackfillProgress>(key)));
  return found.filter((each) => each !== null);
}
