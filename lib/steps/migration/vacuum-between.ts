import type { BackfillPlan } from "../../core/backfill/plan.js";
import { bindSchemas } from "../../core/catalog/own-schema.js";
import { sqlName } from "../../core/undo/inverses.js";
import type { Session } from "../../ports/database.js";
import type { Work } from "./apply-migration.js";
import { prepareSession } from "./prepare-session.js";

/**
 * Gives back to the table what the batches have left dead, where the config asks for it. Passed over while another session holds it. How many rows
 * were changed when it was vacuumed last.
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
