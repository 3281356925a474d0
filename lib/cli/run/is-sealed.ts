import { readOrNull } from "../../adapters/local/own-file.js";
import { AUDIT_FILE } from "../../core/audit/chain.js";
import { checkSeal, SEAL_FILE } from "../../core/audit/seal.js";
import { readTrail } from "../../core/audit/trail.js";
import type { Artifacts } from "../../ports/artifacts.js";

/** Whether the run's seal covers the trail's last event. False for a run whose process died between its end and its seal. */
export async function isSealed(artifacts: Pick<Artifacts, "locate">): Promise<boolean> {
  const read = (file: string) => readOrNull(artifacts.locate(file));
  const [trail, seal] = await Promise.all([read(AUDIT_FILE), read(SEAL_FILE)]);
  if (trail === null || seal === null) return false;
  const last = readTrail(Buffer.from(trail, "utf8")).events.at(-1);
  return last !== undefined && checkSeal(seal).seal?.head === last.hash;
}
