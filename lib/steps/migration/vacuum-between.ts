import type { BackfillPlan } from "../../core/backfill/plan.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { sqlName } from "../../core/undo/inverses.js";
import type { Session } from "../../ports/database.js";
import type { Work } from "./apply-migration.js";
import { prepareSession } from "./prepare-session.js";

/**
 * Cleans up the dead rows that the batches have left, if the config asks for it. Skipped while another session holds the table. Returns how
 * many rows had been changed when it was last vacuumed.
 */
export async function vacuumBetween(
  session: Session,
  input: Work,
  { verb, written }: BackfillPlan,
  changed: number,
  last: number | null,
): Promise<number> {
  const since = last ?? changed;
  if (input.vacuumEvery === undefined || session.pooled || verb === "insert" || changed - since < input.vacuumEvery)
    return since;
  await prepareSession(session, input, "outside");
  await session.execute(bindSchemas(`VACUUM (SKIP_LOCKED) ${sqlName(written)}`, input.schema));
  return changed;
}
